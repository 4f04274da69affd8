package acm_test

import (
	"crypto/elliptic"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	sdk "github.com/aws/aws-sdk-go-v2/service/acm"
	"github.com/aws/aws-sdk-go-v2/service/acm/types"

	"github.com/ecs-emulator/ecs-emulator/internal/aws/acm"
)

func TestWhatIsInUseIsNotDeleted(t *testing.T) {
	s := newScene(t)
	made := request(s, web())
	const listener = "arn:aws:elasticloadbalancing:eu-west-1:123456789012:loadbalancer/app/web/50dc6c495c0c9188"
	s.users[made] = []string{listener}
	if got := describe(s, made); got.InUseBy[0] != listener || got.RenewalEligibility != "ELIGIBLE" {
		t.Errorf("got %+v", got)
	}
	in := &sdk.DeleteCertificateInput{CertificateArn: &made}
	refused(s, s.DeleteCertificate, in, "ResourceInUseException", "Certificate "+made+" in account 123456789012 is in use.")
	delete(s.users, made)
	ok(s, s.DeleteCertificate, in)
	refused(s, s.DeleteCertificate, in, "ResourceNotFoundException", "Could not find certificate "+made+" in account 123456789012.")
	if acm.FindKeyPair(s.Store.Read(), ireland, made) != nil {
		t.Error("the key is still there")
	}
}

func TestCertificatesOfOthersAreNotFound(t *testing.T) {
	s := newScene(t)
	made := request(s, web())
	elsewhere := ireland
	elsewhere.Region = "us-east-1"
	if acm.Exists(s.Store.Read(), elsewhere, made) || !acm.Exists(s.Store.Read(), ireland, made) {
		t.Error("it is elsewhere")
	}
	other := strings.Replace(made, "123456789012", "210987654321", 1)
	refused(s, s.GetCertificate, &sdk.GetCertificateInput{CertificateArn: &other}, "ResourceNotFoundException",
		"Could not find certificate "+other+" in account 123456789012.")
	refused(s, s.DescribeCertificate, &sdk.DescribeCertificateInput{CertificateArn: aws.String("arn:aws:s3:::a-bucket-of-mine")}, "ValidationException",
		"1 validation error detected: Value 'arn:aws:s3:::a-bucket-of-mine' at 'certificateArn' failed to satisfy constraint: "+
			`Member must satisfy regular expression pattern: arn:[\w+=/,.@-]+:acm:[\w+=/,.@-]*:[0-9]+:[\w+=,.@-]+(/[\w+=,.@-]+)*`)
}

// listed are the first names of a list.
func listed(s *scene, in *sdk.ListCertificatesInput) string {
	s.T.Helper()
	var names []string
	for _, c := range ok(s, s.ListCertificates, in).CertificateSummaryList {
		names = append(names, aws.ToString(c.DomainName))
	}
	return strings.Join(names, " ")
}

func TestCertificatesAreListed(t *testing.T) {
	s := newScene(t)
	for _, in := range []struct {
		name string
		key  types.KeyAlgorithm
	}{{"a.example.com", "RSA_2048"}, {"b.example.com", "EC_prime256v1"}, {"c.example.com", ""}} {
		s.Now = s.Now.Add(time.Second)
		request(s, &sdk.RequestCertificateInput{DomainName: &in.name, KeyAlgorithm: in.key})
	}
	s.Now = s.Now.Add(time.Second)
	ok(s, s.ImportCertificate, importOf(t, issue(t, named("d.example.com"), newEC(t, elliptic.P256()), nil)))
	every := []types.KeyAlgorithm{"RSA_2048", "EC_prime256v1"}
	for _, c := range []struct {
		in   *sdk.ListCertificatesInput
		want string
	}{
		{&sdk.ListCertificatesInput{}, "a.example.com c.example.com"},
		{&sdk.ListCertificatesInput{Includes: &types.Filters{KeyTypes: every}}, "a.example.com b.example.com c.example.com d.example.com"},
		{&sdk.ListCertificatesInput{SortBy: "CREATED_AT", SortOrder: "DESCENDING"}, "c.example.com a.example.com"},
		{&sdk.ListCertificatesInput{CertificateStatuses: []types.CertificateStatus{"PENDING_VALIDATION", "EXPIRED"}}, ""},
		{&sdk.ListCertificatesInput{CertificateStatuses: []types.CertificateStatus{"ISSUED"}}, "a.example.com c.example.com"},
		{&sdk.ListCertificatesInput{Includes: &types.Filters{KeyTypes: every, KeyUsage: []types.KeyUsageName{"ANY"}}}, "d.example.com"},
		{&sdk.ListCertificatesInput{Includes: &types.Filters{KeyTypes: every, ExtendedKeyUsage: []types.ExtendedKeyUsageName{"NONE"}}}, "d.example.com"},
		{&sdk.ListCertificatesInput{Includes: &types.Filters{ManagedBy: "CLOUDFRONT"}}, ""},
		{&sdk.ListCertificatesInput{CertificateKeyPairOrigins: []types.CertificateKeyPairOrigin{"ACME"}}, ""},
	} {
		if got := listed(s, c.in); got != c.want {
			t.Errorf("%+v: got %s, want %s", c.in, got, c.want)
		}
	}
	refused(s, s.ListCertificates, &sdk.ListCertificatesInput{SortBy: "CREATED_AT"}, "InvalidArgsException", "SortBy and SortOrder must be specified together.")

	first := ok(s, s.ListCertificates, &sdk.ListCertificatesInput{MaxItems: aws.Int32(1)})
	got := first.CertificateSummaryList[0]
	if got.KeyAlgorithm != "RSA_2048" || got.KeyUsages[0] != "DIGITAL_SIGNATURE" || got.ExtendedKeyUsages[0] != "TLS_WEB_SERVER_AUTHENTICATION" ||
		*got.InUse || *got.HasAdditionalSubjectAlternativeNames || got.SubjectAlternativeNameSummaries[0] != "a.example.com" ||
		got.Type != "AMAZON_ISSUED" || got.Status != "ISSUED" || !got.CreatedAt.Equal(*got.IssuedAt) {
		t.Errorf("got %+v", got)
	}
	// What comes next is not what was seen, also when that has gone.
	ok(s, s.DeleteCertificate, &sdk.DeleteCertificateInput{CertificateArn: got.CertificateArn})
	second := ok(s, s.ListCertificates, &sdk.ListCertificatesInput{MaxItems: aws.Int32(1), NextToken: first.NextToken})
	if len(second.CertificateSummaryList) != 1 || *second.CertificateSummaryList[0].DomainName != "c.example.com" || second.NextToken != nil {
		t.Errorf("the second page is %+v", second)
	}
	refused(s, s.ListCertificates, &sdk.ListCertificatesInput{NextToken: aws.String("x")}, "InvalidArgsException", "Invalid pagination token.")
}

func TestTagsOfACertificate(t *testing.T) {
	s := newScene(t)
	tag := func(key, value string) types.Tag { return types.Tag{Key: &key, Value: &value} }
	in := web()
	in.Tags = []types.Tag{tag("team", "web"), {Key: aws.String("bare")}}
	made := request(s, in)
	tags := func() string {
		var all []string
		for _, t := range ok(s, s.ListTagsForCertificate, &sdk.ListTagsForCertificateInput{CertificateArn: &made}).Tags {
			all = append(all, *t.Key+"="+aws.ToString(t.Value))
		}
		return strings.Join(all, " ")
	}
	if got := tags(); got != "team=web bare=" {
		t.Errorf("got %s", got)
	}
	ok(s, s.AddTagsToCertificate, &sdk.AddTagsToCertificateInput{CertificateArn: &made, Tags: []types.Tag{tag("a", "1"), tag("team", "api")}})
	ok(s, s.RemoveTagsFromCertificate, &sdk.RemoveTagsFromCertificateInput{CertificateArn: &made, Tags: []types.Tag{
		tag("team", "web"), {Key: aws.String("bare")}, {Key: aws.String("none")},
	}})
	if got := tags(); got != "team=api a=1" { // the value of team was another
		t.Errorf("got %s", got)
	}
	refused(s, s.AddTagsToCertificate, &sdk.AddTagsToCertificateInput{CertificateArn: &made, Tags: []types.Tag{tag("aws:x", "")}},
		"InvalidTagException", "The tag key aws:x begins with aws:, which is reserved.")
	many := []types.Tag{}
	for n := range maxTags {
		many = append(many, tag(strings.Repeat("k", n+1), ""))
	}
	refused(s, s.AddTagsToCertificate, &sdk.AddTagsToCertificateInput{CertificateArn: &made, Tags: many},
		"TooManyTagsException", "The certificate has more than 50 tags.")
}

const maxTags = 50

func TestConfigurationOfAnAccount(t *testing.T) {
	s := newScene(t)
	days := func() int32 {
		return *ok(s, s.GetAccountConfiguration, &sdk.GetAccountConfigurationInput{}).ExpiryEvents.DaysBeforeExpiry
	}
	if got := days(); got != 45 {
		t.Errorf("got %d", got)
	}
	ok(s, s.PutAccountConfiguration, &sdk.PutAccountConfigurationInput{
		IdempotencyToken: aws.String("a"), ExpiryEvents: &types.ExpiryEventsConfiguration{DaysBeforeExpiry: aws.Int32(10)},
	})
	refused(s, s.PutAccountConfiguration, &sdk.PutAccountConfigurationInput{IdempotencyToken: aws.String("a")}, "ValidationException", "Configuration for events is empty.")
	if got := days(); got != 10 {
		t.Errorf("got %d", got)
	}
}
