"""Use each operation of Certificate Manager with boto3: answers, errors, pages and the waiter.
The folder has first.pem, first.key and root.pem, a certificate of shop.example.com with its
key and what has issued it; second.pem and second.key have the same names.

    AWS_ENDPOINT_URL=http://127.0.0.1:4577 certificates.py <folder>
"""

import pathlib
import sys

from expect import SOON, client, pages, refused, same

acm = client("acm")
GONE = "arn:aws:acm:us-east-1:000000000000:certificate/12345678-1234-1234-1234-123456789012"
MISSING = f"Could not find certificate {GONE} in account 000000000000."


def file(name):
    return pathlib.Path(sys.argv[1], name).read_bytes()


def requested():
    made = acm.request_certificate(
        DomainName="example.com", SubjectAlternativeNames=["*.example.com"], ValidationMethod="DNS", IdempotencyToken="once",
        Tags=[{"Key": "team", "Value": "shop"}])["CertificateArn"]
    same(acm.request_certificate(DomainName="example.com", IdempotencyToken="once")["CertificateArn"], made)
    acm.get_waiter("certificate_validated").wait(CertificateArn=made, WaiterConfig=SOON)
    found = acm.describe_certificate(CertificateArn=made)["Certificate"]
    same((found["Status"], found["Type"], found["SubjectAlternativeNames"], found["InUseBy"]),
         ("ISSUED", "AMAZON_ISSUED", ["example.com", "*.example.com"], []))
    same([(v["DomainName"], v["ValidationStatus"], v["ResourceRecord"]["Type"]) for v in found["DomainValidationOptions"]],
         [("example.com", "SUCCESS", "CNAME"), ("*.example.com", "SUCCESS", "CNAME")])
    refused("ResourceNotFoundException", MISSING, acm.describe_certificate, CertificateArn=GONE)
    refused("ValidationException", "1 validation error detected: Value 'x y.example' at 'domainName' failed to satisfy constraint: Member must satisfy "
            r"regular expression pattern: (\*\.)?(((?!-)[A-Za-z0-9-]{0,62}[A-Za-z0-9])\.)+((?!-)[A-Za-z0-9-]{1,62}[A-Za-z0-9])",
            acm.request_certificate, DomainName="x y.example")
    return made


def imported():
    body, key, root = file("first.pem"), file("first.key"), file("root.pem")
    made = acm.import_certificate(Certificate=body, PrivateKey=key, CertificateChain=root)["CertificateArn"]
    got = acm.get_certificate(CertificateArn=made)
    same((got["Certificate"].strip(), got["CertificateChain"].strip()), (body.decode().strip(), root.decode().strip()))
    again = acm.import_certificate(CertificateArn=made, Certificate=file("second.pem"), PrivateKey=file("second.key"), CertificateChain=root)
    same(again["CertificateArn"], made)
    refused("ValidationException", "The private key does not match the certificate.",
            acm.import_certificate, Certificate=body, PrivateKey=file("second.key"))
    refused("ValidationException", "Unable to parse certificate. Please ensure the certificate is in PEM format.",
            acm.import_certificate, Certificate=b"nothing", PrivateKey=key)
    refused("ValidationException", "The certificate field contains more than one certificate. You can specify only one certificate in this field.",
            acm.import_certificate, Certificate=body + root, PrivateKey=key)
    refused("ResourceNotFoundException", MISSING, acm.import_certificate, CertificateArn=GONE, Certificate=body, PrivateKey=key)
    return made


def listed(*arns):
    every = {"keyTypes": ["RSA_2048", "EC_prime256v1"]}
    found = pages(acm, "list_certificates", "CertificateSummaryList", Includes=every)
    same(sorted(c["CertificateArn"] for c in found), sorted(arns))
    same(acm.list_certificates(CertificateStatuses=["EXPIRED"], Includes=every)["CertificateSummaryList"], [])
    refused("InvalidArgsException", "SortBy and SortOrder must be specified together.", acm.list_certificates, SortBy="CREATED_AT")


def options_and_tags(made):
    acm.update_certificate_options(CertificateArn=made, Options={"CertificateTransparencyLoggingPreference": "DISABLED"})
    same(acm.describe_certificate(CertificateArn=made)["Certificate"]["Options"]["CertificateTransparencyLoggingPreference"], "DISABLED")
    acm.add_tags_to_certificate(CertificateArn=made, Tags=[{"Key": "stage", "Value": "test"}, {"Key": "bare"}])
    acm.remove_tags_from_certificate(CertificateArn=made, Tags=[{"Key": "team", "Value": "another"}, {"Key": "bare"}])
    same(acm.list_tags_for_certificate(CertificateArn=made)["Tags"], [{"Key": "team", "Value": "shop"}, {"Key": "stage", "Value": "test"}])
    refused("ResourceNotFoundException", MISSING, acm.add_tags_to_certificate, CertificateArn=GONE, Tags=[{"Key": "a"}])
    acm.put_account_configuration(ExpiryEvents={"DaysBeforeExpiry": 30}, IdempotencyToken="days")
    same(acm.get_account_configuration()["ExpiryEvents"], {"DaysBeforeExpiry": 30})


def deleted(*arns):
    for arn in arns:
        acm.delete_certificate(CertificateArn=arn)
    refused("ResourceNotFoundException", f"Could not find certificate {arn} in account 000000000000.", acm.delete_certificate, CertificateArn=arn)


def main():
    first, second = requested(), imported()
    listed(first, second)
    options_and_tags(first)
    deleted(first, second)
    print("done")


main()
