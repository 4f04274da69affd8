package acm_test

import (
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	sdk "github.com/aws/aws-sdk-go-v2/service/acm"
	"github.com/aws/aws-sdk-go-v2/service/acm/types"

	"github.com/ecs-emulator/ecs-emulator/handlers/awsapi/apitest"
)

// For any request, the answer is one that the client reads.
func TestNonsense(t *testing.T) {
	s := newScene(t)
	tags := []types.Tag{{Key: aws.String("a"), Value: aws.String("b")}}
	in := sdk.RequestCertificateInput{
		DomainName: aws.String("shop.example.com"), ValidationMethod: "DNS", KeyAlgorithm: "EC_prime256v1", SubjectAlternativeNames: []string{"api.example.com"}, Tags: tags,
		DomainValidationOptions: []types.DomainValidationOption{{DomainName: aws.String("shop.example.com"), ValidationDomain: aws.String("example.com")}},
		Options:                 &types.CertificateOptions{Export: "DISABLED"},
	}
	made := ok(s, s.RequestCertificate, &in).CertificateArn

	apitest.Nonsense(t, s.RequestCertificate, in)
	leaf, middle, _ := chainOf(t)
	again := importOf(t, leaf, middle)
	again.Tags = tags
	apitest.Nonsense(t, s.ImportCertificate, *again)
	apitest.Nonsense(t, s.UpdateCertificateOptions, sdk.UpdateCertificateOptionsInput{CertificateArn: made, Options: &types.CertificateOptions{}})
	apitest.Nonsense(t, s.AddTagsToCertificate, sdk.AddTagsToCertificateInput{CertificateArn: made, Tags: tags})
	apitest.Nonsense(t, s.RemoveTagsFromCertificate, sdk.RemoveTagsFromCertificateInput{CertificateArn: made, Tags: tags})
	apitest.Nonsense(t, s.PutAccountConfiguration, sdk.PutAccountConfigurationInput{
		IdempotencyToken: aws.String("a"), ExpiryEvents: &types.ExpiryEventsConfiguration{DaysBeforeExpiry: aws.Int32(1)},
	})
	apitest.Nonsense(t, s.GetAccountConfiguration, sdk.GetAccountConfigurationInput{})
	apitest.Nonsense(t, s.ListCertificates, sdk.ListCertificatesInput{Includes: &types.Filters{KeyTypes: []types.KeyAlgorithm{"EC_prime256v1"}}})
	apitest.Nonsense(t, s.ListTagsForCertificate, sdk.ListTagsForCertificateInput{CertificateArn: made})
	apitest.Nonsense(t, s.DescribeCertificate, sdk.DescribeCertificateInput{CertificateArn: made})
	apitest.Nonsense(t, s.GetCertificate, sdk.GetCertificateInput{CertificateArn: made})
	apitest.Nonsense(t, s.DeleteCertificate, sdk.DeleteCertificateInput{CertificateArn: made})
}
