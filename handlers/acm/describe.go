package acm

import (
	"cmp"
	"context"
	"crypto/x509"
	"encoding/hex"
	"slices"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"

	"github.com/ecs-emulator/ecs-emulator/handlers/awsapi"
	"github.com/ecs-emulator/ecs-emulator/internal/aws/acm"
	sdk "github.com/ecs-emulator/ecs-emulator/internal/base/sdk/acm"
	"github.com/ecs-emulator/ecs-emulator/internal/base/sdk/acm/types"
)

// DescribeCertificate answers what there is to know about a certificate.
func (a *API) DescribeCertificate(ctx context.Context, in *sdk.DescribeCertificateInput) (*sdk.DescribeCertificateOutput, error) {
	tx := a.read()
	c, err := find(ctx, tx, in.CertificateArn)
	if err != nil {
		return nil, err
	}
	return &sdk.DescribeCertificateOutput{Certificate: describe(c, a.usersOf(tx, c), a.now())}, nil
}

func describe(c *acm.Certificate, users []string, now time.Time) *types.CertificateDetail {
	read := c.X509()
	detail := &types.CertificateDetail{
		CertificateArn: &c.ARN, Type: c.Type, Status: statusOf(read, now), CertificateKeyPairOrigin: originOf(c),
		DomainName: awsapi.Optional(c.DomainName), SubjectAlternativeNames: c.Names, DomainValidationOptions: domainValidations(c),
		CreatedAt: &c.CreatedAt, ImportedAt: awsapi.OptionalTime(c.ImportedAt), NotBefore: &read.NotBefore, NotAfter: &read.NotAfter,
		Serial: aws.String(serialOf(read)), Subject: aws.String(read.Subject.String()), Issuer: aws.String(issuerOf(read)),
		// With a hyphen, unlike in lists and requests (ACM0001).
		KeyAlgorithm:       types.KeyAlgorithm(strings.ReplaceAll(string(keyAlgorithm(read.PublicKey)), "_", "-")),
		SignatureAlgorithm: aws.String(signatureAlgorithms[read.SignatureAlgorithm]),
		KeyUsages:          []types.KeyUsage{}, ExtendedKeyUsages: extendedKeyUsages(read),
		InUseBy: append([]string{}, users...), RenewalEligibility: renewalOf(c, users),
		Options: optionsOf(c),
	}
	for _, name := range keyUsages(read) {
		detail.KeyUsages = append(detail.KeyUsages, types.KeyUsage{Name: name})
	}
	if c.Type == types.CertificateTypeAmazonIssued {
		detail.IssuedAt = &c.CreatedAt
	}
	return detail
}

// statusOf is the status of a certificate. None waits for its validation.
func statusOf(c *x509.Certificate, now time.Time) types.CertificateStatus {
	if now.After(c.NotAfter) {
		return types.CertificateStatusExpired
	}
	return types.CertificateStatusIssued
}

func originOf(c *acm.Certificate) types.CertificateKeyPairOrigin {
	if c.Type == types.CertificateTypeImported {
		return types.CertificateKeyPairOriginCustomerProvided
	}
	return types.CertificateKeyPairOriginAwsManaged
}

// renewalOf says whether AWS would renew a certificate: one of its own that something uses.
// Source: ACM user guide, managed renewal.
func renewalOf(c *acm.Certificate, users []string) types.RenewalEligibility {
	if c.Type == types.CertificateTypeAmazonIssued && len(users) > 0 {
		return types.RenewalEligibilityEligible
	}
	return types.RenewalEligibilityIneligible
}

// serialOf is the serial number in pairs of digits with colons between them.
func serialOf(c *x509.Certificate) string {
	var pairs []string
	for _, b := range c.SerialNumber.Bytes() {
		pairs = append(pairs, hex.EncodeToString([]byte{b}))
	}
	return strings.Join(pairs, ":")
}

// issuerOf names the issuer, as Amazon is named in those that AWS issues. Source: ACM API reference.
func issuerOf(c *x509.Certificate) string {
	return cmp.Or(strings.Join(c.Issuer.Organization, " "), c.Issuer.CommonName, c.Issuer.String())
}

// namesIn are the names of a certificate, that of the domain first: the alternative names, or where there
// are none the common name. Source: ACM API reference, RequestCertificate.
func namesIn(c *x509.Certificate) []string {
	common := c.Subject.CommonName
	if len(c.DNSNames) == 0 {
		return slices.DeleteFunc([]string{common}, func(name string) bool { return name == "" })
	}
	names := slices.Clone(c.DNSNames)
	if i := slices.Index(names, common); i > 0 {
		names = slices.Insert(slices.Delete(names, i, i+1), 0, common)
	}
	return names
}
