package acm

import (
	"context"
	"slices"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"

	"github.com/ecs-emulator/ecs-emulator/handlers/awsapi"
	"github.com/ecs-emulator/ecs-emulator/internal/aws/acm"
	sdk "github.com/ecs-emulator/ecs-emulator/internal/base/sdk/acm"
	"github.com/ecs-emulator/ecs-emulator/internal/base/sdk/acm/types"
)

// ListCertificates answers certificates, of which RSA keys of up to 2048 bits and at least one
// name are wanted where a request does not say. Source: ACM API reference, Filters.
func (a *API) ListCertificates(ctx context.Context, in *sdk.ListCertificatesInput) (*sdk.ListCertificatesOutput, error) {
	if err := checkList(in); err != nil {
		return nil, err
	}
	tx, now := a.read(), a.now()
	all := []types.CertificateSummary{}
	for _, c := range acm.List(tx, awsapi.CallScope(ctx)) {
		if s := summary(c, a.usersOf(tx, c), now); passes(s, in) {
			all = append(all, s)
		}
	}
	out := &sdk.ListCertificatesOutput{}
	var err error
	out.CertificateSummaryList, out.NextToken, err = pageOf(all, in)
	if err != nil {
		return nil, err
	}
	return out, nil
}

func checkList(in *sdk.ListCertificatesInput) error {
	if (in.SortBy == "") != (in.SortOrder == "") { // Source: ACM API reference; the text is the emulator's
		return &types.InvalidArgsException{Message: aws.String("SortBy and SortOrder must be specified together.")}
	}
	return nil
}

// maxSummaries is how many names a summary has. Source: ACM API reference, CertificateSummary.
const maxSummaries = 100

func summary(c *acm.Certificate, users []string, now time.Time) types.CertificateSummary {
	read := c.X509()
	s := types.CertificateSummary{
		CertificateArn: &c.ARN, Type: c.Type, Status: statusOf(read, now), CertificateKeyPairOrigin: originOf(c), DomainName: awsapi.Optional(c.DomainName),
		SubjectAlternativeNameSummaries: c.Names[:min(len(c.Names), maxSummaries)], HasAdditionalSubjectAlternativeNames: aws.Bool(len(c.Names) > maxSummaries),
		KeyAlgorithm: keyAlgorithm(read.PublicKey), KeyUsages: keyUsages(read), ExtendedKeyUsages: purposesOf(read),
		InUse: aws.Bool(len(users) > 0), RenewalEligibility: renewalOf(c, users), NotBefore: &read.NotBefore, NotAfter: &read.NotAfter,
		CreatedAt: &c.CreatedAt, ImportedAt: awsapi.OptionalTime(c.ImportedAt),
	}
	if c.Type == types.CertificateTypeAmazonIssued {
		s.IssuedAt, s.ExportOption = &c.CreatedAt, types.CertificateExportDisabled
	}
	return s
}

// passes reports whether a certificate is wanted. Of several usages one is enough: an
// assumption.
func passes(s types.CertificateSummary, in *sdk.ListCertificatesInput) bool {
	f := types.Filters{}
	if in.Includes != nil {
		f = *in.Includes
	}
	kept := slices.Contains(f.KeyTypes, s.KeyAlgorithm)
	if len(f.KeyTypes) == 0 {
		kept = len(s.SubjectAlternativeNameSummaries) > 0 &&
			(s.KeyAlgorithm == types.KeyAlgorithmRsa1024 || s.KeyAlgorithm == types.KeyAlgorithmRsa2048)
	}
	return kept && anyOf(in.CertificateStatuses, s.Status) && anyOf(in.CertificateKeyPairOrigins, s.CertificateKeyPairOrigin) &&
		anyOf(f.KeyUsage, s.KeyUsages...) && anyOf(f.ExtendedKeyUsage, s.ExtendedKeyUsages...) &&
		(f.ExportOption == "" || f.ExportOption == s.ExportOption) && f.ManagedBy == ""
}

// anyOf reports whether one of the values is wanted, or nothing in particular is.
func anyOf[T comparable](wanted []T, values ...T) bool {
	return len(wanted) == 0 || slices.ContainsFunc(values, func(v T) bool { return slices.Contains(wanted, v) })
}
