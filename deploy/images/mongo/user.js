// Run by healthy.sh whenever the server has started: founds the replica set, and makes the user that everybody logs in as
// be what .env says. Each step looks at what is there, so a start that was cut anywhere is finished by the next, and another
// MONGO_PASSWORD or MONGO_DATABASE holds from the next start on. Exit code 1: not yet.
const fs = require("fs");
// A member of the set shows the others the key file; whoever can read it may do everything.
const key = fs.readFileSync(process.env.MONGO_KEY_FILE || "/tmp/key", "utf8").replace(/\s/g, "");
db.getSiblingDB("local").auth({user: "__system", pwd: key, mechanism: "SCRAM-SHA-256"});
try {
  rs.status();
} catch (error) {
  if (error.codeName !== "NotYetInitialized") throw error;
  rs.initiate({_id: "rs0", members: [{_id: 0, host: process.env.MONGO_HOST || "mongo:27017"}]});
}
if (!db.hello().isWritablePrimary) quit(1);
const admin = db.getSiblingDB("admin");
const wanted = {pwd: process.env.MONGO_PASSWORD, roles: [{role: "readWrite", db: process.env.MONGO_DATABASE}]};
if (admin.getUser("collector") === null) {
  admin.createUser({user: "collector", ...wanted});
} else {
  admin.updateUser("collector", wanted);
}
quit(0);
