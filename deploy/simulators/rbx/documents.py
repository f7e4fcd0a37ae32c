"""Columns of the services about documents: what is open, and what was settled by payment or cancellation."""

from typing import Final

from deploy.simulators.ixc.columns import MARK
from deploy.simulators.rbx.clients import mobile
from deploy.simulators.rbx.entries import Column, Entry, always, client, digits, laid_out, of, own
from deploy.simulators.rbx.suppliers import is_suppliers

LINKS: Final = ("id_contrato", "id_contrato_avulso", "id_contrato_principal")
NO_LINK: Final = frozenset({"", "0"})


def contract(entry: Entry) -> str:
    """The linked contract, "" for none."""
    return next((entry.own[name] for name in LINKS if entry.own[name] not in NO_LINK), "")


def _due(entry: Entry) -> str:
    return entry.view.due(entry.own["data_vencimento"])


def _settled_on(entry: Entry) -> str:
    return entry.own["data_cancelamento" if entry.own["status"] == "C" else "baixa_data"]


def _received(entry: Entry) -> str:
    return "0.00" if entry.own["status"] == "C" else entry.own["valor_recebido"]


DUE: Final = Column(own("data_vencimento"), show=_due)
_BILL = Column(own("id"), number=True)
_OWNER = Column(own("id_cliente"), number=True)
_WORTH = Column(own("valor"), number=True)
OPEN: Final = laid_out(
    """
Conta=1 Vencimento Documento Historico Complemento Origem=FAT Valor Tipo CliFor Nome CPF_CNPJ Telefone1 Telefone2
Telefone3 Convenio Banco NossoNumero ContratosVinculados Sequencia RegistradoNoBanco=S
""",
    {
        "Vencimento": DUE,
        "Documento": own("documento"),
        "Historico": lambda entry: f"Documento a {'Pagar' if is_suppliers(entry.own['id']) else 'Receber'}",
        "Valor": Column(own("valor_aberto"), number=True),
        "Tipo": lambda entry: "F" if is_suppliers(entry.own["id"]) else "C",
        "CliFor": _OWNER,
        "Nome": client("razao"),
        "CPF_CNPJ": of(client("cnpj_cpf"), digits),
        "Telefone1": client("telefone_comercial"),
        "Telefone2": client("fone"),
        "Telefone3": mobile,
        "NossoNumero": own("nn_boleto"),
        "ContratosVinculados": contract,
        "Sequencia": _BILL,
    },
)
SETTLED: Final = laid_out(
    """
Sequencia Tipo=C Cobranca=R CodigoPessoa DocumentoPessoa NomePessoa Conta=1 Historico HistoricoBaixa
ContaContrapartida=0 Documento NossoNumero Origem=FAT Banco Convenio Complemento DataLancamento DataVencimento DataBaixa
Motivo FormaPagto=N ValorOriginal ValorJuros=0.00 ValorMulta=0.00 ValorDesconto=0.00 ValorBaixado UsuarioBaixa
DataHoraExecucaoBaixa
""",
    {
        "Sequencia": _BILL,
        "CodigoPessoa": _OWNER,
        "DocumentoPessoa": of(client("cnpj_cpf"), digits),
        "NomePessoa": client("razao"),
        "Historico": always("Documento a Receber"),
        "Documento": own("documento"),
        "NossoNumero": own("nn_boleto"),
        "DataLancamento": own("data_emissao"),
        "DataVencimento": own("data_vencimento"),
        "DataBaixa": _settled_on,
        "Motivo": of(own("status"), lambda status: "CANCELAMENTO" if status == "C" else "PAGTO"),
        "ValorOriginal": _WORTH,
        "ValorBaixado": Column(_received, number=True),
        "UsuarioBaixa": always(MARK),
        "DataHoraExecucaoBaixa": of(_settled_on, "{} 12:00:00".format),
    },
)
FILTERED_AS: Final = {"cliente": _OWNER, "data": DUE}
"""Names that a filter of documents knows beside the columns; dates compare as ISO however they are written."""
