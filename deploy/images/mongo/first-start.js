// Runs once, on an empty data volume, before anybody can log in. This user reads and writes the collector's database and
// may found the replica set, nothing more.
const admin = db.getSiblingDB("admin");
admin.createRole({
  role: "founder",
  privileges: [{resource: {cluster: true}, actions: ["replSetConfigure", "replSetGetStatus"]}],
  roles: [],
});
admin.createUser({
  user: "collector",
  pwd: process.env.MONGO_PASSWORD,
  roles: [{role: "readWrite", db: process.env.MONGO_DATABASE}, {role: "founder", db: "admin"}],
});
