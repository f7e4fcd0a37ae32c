"""Every column of every table, each with the value it has where nothing was filled in.

The three large tables have the keys of the official samples; a token is `column` (empty) or `column=value`.
"""

from typing import Final

MARK: Final = "SEGREDO"
"""Stands in every column that a collector must never publish: found anywhere behind it, its whitelist leaks."""

_SAMPLES = {
    "cliente": """
senha acesso_automatico_central alterar_senha_primeiro_acesso senha_hotsite_md5 indicado_por ativo=S id grau_satisfacao
razao fantasia cnpj_cpf tipo_documento_identificacao ie_identidade uf data_cadastro=0000-00-00 crm endereco cidade
cond_pagamento bairro fone numero cep filial_id=1 contato latitude longitude id_conta=0 obs hotsite_email email
id_tipo_cliente id_candato_tipo tipo_pessoa=F telefone_comercial referencia telefone_celular complemento ramal
id_condominio=0 data_nascimento=0000-00-00 participa_cobranca=P id_vendedor num_dias_cob=0 isuf tabela_preco
tipo_assinante bloco apartamento idx skype whatsapp hotsite_acesso id_perfil id_concorrente estado_civil responsavel
status_prospeccao crm_data_vencemos ativo_serasa iss_classificacao_padrao rg_orgao_emissor nacionalidade deb_automatico
ultima_atualizacao=0000-00-00 deb_agencia cadastrado_via_viabilidade deb_conta alerta endereco_cob numero_cob bairro_cob
cidade_cob uf_cob cep_cob referencia_cob complemento_cob profissao id_operadora_celular participa_pre_cobranca=S
cob_envia_email=P cob_envia_sms=P contribuinte_icms Sexo nome_pai nome_mae quantidade_dependentes nome_conjuge
fone_conjuge cpf_conjuge rg_conjuge data_nascimento_conjuge=0000-00-00 moradia nome_contador telefone_contador
ref_com_empresa1 ref_com_empresa2 ref_com_fone1 ref_com_fone2 ref_pes_nome1 ref_pes_nome2 ref_pes_fone1 ref_pes_fone2
emp_empresa emp_cnpj emp_cep emp_endereco emp_cidade emp_fone emp_cargo emp_remuneracao emp_data_admissao=0000-00-00
website orgao_publico pipe_id_organizacao im cif tipo_cliente_scm pis_retem cofins_retem csll_retem irrf_retem
nascimento_mae nascimento_pai identidade_mae identidade_pai cpf_mae cpf_pai inscricao_municipal nome_representante_1
nome_representante_2 cpf_representante_1 cpf_representante_2 identidade_representante_1 identidade_representante_2
codigo_operacao convert_cliente_forn tipo_pessoa_titular_conta cnpj_cpf_titular_conta crm_data_perdemos
crm_data_sem_viabilidade crm_data_sem_porta_disponivel crm_data_abortamos crm_data_negociando crm_data_apresentando
crm_data_sondagem crm_data_novo atualizar_cadastro_galaxPay foto_cartao cli_desconta_iss_retido_total
cidade_naturalidade tipo_localidade facebook id_campanha desconto_irrf_valor_inferior filtra_filial regime_fiscal_col
""",
    "cliente_contrato": """
id tipo=I id_cliente id_vd_contrato descricao_aux_plano_venda contrato id_tipo_contrato=1 id_modelo=1 assinatura_digital
integracao_assinatura_digital liberacao_bloqueio_manual=P id_filial=1 indicacao_contrato_id data_assinatura
data_ativacao=0000-00-00 data=0000-00-00 data_renovacao=0000-00-00 pago_ate_data=0000-00-00 status=A status_internet=A
status_velocidade=N tipo_produtos_plano motivo_inclusao id_indexador_reajuste url_assinatura_digital
token_assinatura_digital id_tipo_documento id_carteira_cobranca=3 id_vendedor comissao cc_previsao tipo_cobranca=P
renovacao_automatica gerar_finan_assin_digital_contrato base_geracao_tipo_doc id_contrato_principal
num_parcelas_atraso=0 nf_info_adicionais credit_card_recorrente_bandeira_cartao credit_card_recorrente_token
ids_contratos_recorrencia tipo_doc_opc tipo_doc_opc2 tipo_doc_opc3 tipo_doc_opc4 id_tipo_doc_ativ id_produto_ativ
taxa_instalacao id_cond_pag_ativ id_responsavel id_vendedor_ativ ativacao_numero_parcelas ativacao_vencimentos
ativacao_valor_parcela fidelidade data_expiracao=0000-00-00 desconto_fidelidade id_instalador taxa_improdutiva
venc_personalizado com_entrada dia_fixo_vencimento tipo_condicao_pag bloqueio_automatico=S nao_bloquear_ate=0000-00-00
aviso_atraso=S nao_avisar_ate=0000-00-00 desbloqueio_confianca=P desbloqueio_confianca_ativo=N
restricao_auto_desbloqueio=N obs nao_susp_parc_ate=0000-00-00 liberacao_suspensao_parcial=P
utilizando_auto_libera_susp_parc=N restricao_auto_libera_susp_parcial=N motivo_restri_auto_libera_parc
contrato_suspenso=N data_inicial_suspensao=0000-00-00 data_final_suspensao=0000-00-00 data_acesso_desativado=0000-00-00
id_responsavel_cancelamento motivo_cancelamento obs_cancelamento data_negativacao=0000-00-00 id_responsavel_negativacao
protocolo_negativacao id_motivo_negativacao obs_negativacao data_desistencia=0000-00-00 id_responsavel_desistencia
motivo_desistencia obs_desistencia obs_contrato alerta_contrato dt_ult_bloq_auto=0000-00-00
dt_ult_bloq_manual=0000-00-00 dt_ult_finan_atraso=0000-00-00 dt_ult_des_bloq_conf=0000-00-00
dt_ult_liberacao_susp_parc=0000-00-00 dt_ult_ativacao=0000-00-00 dt_utl_negativacao=0000-00-00 dt_ult_desiste=0000-00-00
data_cadastro_sistema ultima_atualizacao=0000-00-00 data_retomada_contrato endereco_padrao_cliente=S id_condominio bloco
apartamento cep endereco numero bairro cidade complemento referencia latitude longitude avalista_1 avalista_2
testemunha_assinatura_digital document_photo selfie_photo
""",
    "fn_areceber": """
id_remessa gateway_link nn_boleto boleto data_inicial data_final estornado=N id liberado=S filial_id=1 status=A
data_emissao=0000-00-00 data_vencimento=0000-00-00 valor=0.00 obs valor_recebido=0.00 valor_aberto=0.00 id_cliente
pagamento_valor=0.00 pagamento_data=0000-00-00 id_carteira_cobranca=3 credito_data=0000-00-00 baixa_data=0000-00-00
numero_parcela_recorrente documento id_saida tipo_recebimento=Boleto tipo_renegociacao valor_cancelado=0.00
data_cancelamento=0000-00-00 id_mot_cancelamento id_renegociacao=0 id_cobranca previsao=N id_renegociacao_novo=0
libera_periodo=N impresso=N forma_recebimento arquivo_remessa_baixado nparcela=1 id_nota_gerada_opc4 status_cobranca
tipo_cobranca=I id_contrato_principal=0 id_contrato_avulso=0 id_contrato id_nota_gerada id_im_imovel
parcela_proporcional=N linha_digitavel duplicata tipo_pagamento_cartao id_sip titulo_protestado=N
desconto_condicional_valor gerencianet_token validade_desconto_condicional id_conta=1 motivo_alteracao
id_remessa_alteracao cancelamento_id_operador baixa_id_operador titulo_importado=N origem_importacao
ultima_atualizacao=0000-00-00 aguardando_confirmacao_pagamento=N parcelado_cartao pix_txid id_nota_gerada_opc2
id_nota_gerada_opc3 recebido_via_pix=N id_lote_geracao_financeiro_fatura
""",
    "tipo_cliente": "id tipo_cliente",
    "cidade": "id nome uf",
    "uf": "id nome sigla",
    "filial": "id razao fantasia cidade ativo=S",
}
_MARKED = {
    "cliente": """
senha senha_hotsite_md5 nome_pai nome_mae nascimento_pai nascimento_mae identidade_pai identidade_mae cpf_pai cpf_mae
nome_conjuge fone_conjuge cpf_conjuge rg_conjuge ref_com_empresa1 ref_com_fone1 ref_pes_nome1 ref_pes_fone1 emp_empresa
emp_fone emp_cargo emp_remuneracao deb_automatico deb_agencia deb_conta cnpj_cpf_titular_conta
""",
    "cliente_contrato": "credit_card_recorrente_token token_assinatura_digital document_photo selfie_photo",
    "fn_areceber": "gerencianet_token",
}


def _blank(table: str) -> dict[str, str]:
    pairs = (token.partition("=") for token in _SAMPLES[table].split())
    return {column: value for column, _, value in pairs} | dict.fromkeys(_MARKED.get(table, "").split(), MARK)


BLANKS: Final = {table: _blank(table) for table in _SAMPLES}
"""By table: a whole row of blanks. Rows are kept as what differs from it."""

TOTAL_IS_NUMBER: Final = frozenset({"fn_areceber", "cidade"})
"""Tables whose answer holds `total` as a JSON number; with the others it is text (both occur in official samples)."""
