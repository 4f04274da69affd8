package acm_test

import (
	"crypto/tls"
	"crypto/x509"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	sdk "github.com/aws/aws-sdk-go-v2/service/acm"
	"github.com/aws/aws-sdk-go-v2/service/acm/types"
	"github.com/aws/smithy-go/middleware"
	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/ecs-emulator/ecs-emulator/internal/aws/acm"
	"github.com/ecs-emulator/ecs-emulator/internal/base/arn"
)

var ireland = arn.Scope{Region: "eu-west-1", Account: "123456789012"}

// request makes a certificate and returns its ARN.
func request(s *scene, in *sdk.RequestCertificateInput) string {
	s.T.Helper()
	return *ok(s, s.RequestCertificate, in).CertificateArn
}

// web is a request for two names with validation by DNS.
func web() *sdk.RequestCertificateInput {
	return &sdk.RequestCertificateInput{
		DomainName: aws.String("example.com"), SubjectAlternativeNames: []string{"*.example.com", "example.com"}, ValidationMethod: types.ValidationMethodDns,
	}
}

func describe(s *scene, certificateARN string) *types.CertificateDetail {
	s.T.Helper()
	return ok(s, s.DescribeCertificate, &sdk.DescribeCertificateInput{CertificateArn: &certificateARN}).Certificate
}

func TestARequestedCertificateIsIssuedAtOnce(t *testing.T) {
	s := newScene(t)
	made := request(s, web())
	if !regexp.MustCompile(`^arn:aws:acm:eu-west-1:123456789012:certificate/[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$`).MatchString(made) {
		t.Errorf("made %s", made)
	}
	got := describe(s, made)
	record := got.DomainValidationOptions[0].ResourceRecord
	if !regexp.MustCompile(`^_[0-9a-f]{32}\.example\.com\.$`).MatchString(*record.Name) ||
		!regexp.MustCompile(`^_[0-9a-f]{32}\.[a-z]{10}\.acm-validations\.aws\.$`).MatchString(*record.Value) || record.Type != "CNAME" {
		t.Errorf("the record is %s %s %s", *record.Name, record.Type, *record.Value)
	}
	if !regexp.MustCompile(`^[0-9a-f]{2}(:[0-9a-f]{2}){15}$`).MatchString(*got.Serial) {
		t.Errorf("the serial is %s", *got.Serial)
	}
	validation := func(name string) types.DomainValidation {
		return types.DomainValidation{
			DomainName: &name, ValidationDomain: &name, ValidationMethod: "DNS", ValidationStatus: "SUCCESS", ResourceRecord: record,
		}
	}
	options := logged("ENABLED")
	options.Export = "DISABLED"
	same(t, got, &types.CertificateDetail{
		CertificateArn: &made, Type: "AMAZON_ISSUED", Status: "ISSUED", CertificateKeyPairOrigin: "AWS_MANAGED",
		DomainName: aws.String("example.com"), SubjectAlternativeNames: []string{"example.com", "*.example.com"},
		DomainValidationOptions: []types.DomainValidation{validation("example.com"), validation("*.example.com")},
		CreatedAt:               aws.Time(s.Now), IssuedAt: aws.Time(s.Now), Serial: got.Serial,
		NotBefore: aws.Time(time.Date(2026, 11, 20, 0, 0, 0, 0, time.UTC)), NotAfter: aws.Time(time.Date(2027, 6, 5, 23, 59, 59, 0, time.UTC)),
		Subject: aws.String("CN=example.com"), Issuer: aws.String("ecs-emulator"), KeyAlgorithm: "RSA-2048", SignatureAlgorithm: aws.String("SHA256WITHRSA"),
		KeyUsages:         []types.KeyUsage{{Name: "DIGITAL_SIGNATURE"}, {Name: "KEY_ENCIPHERMENT"}},
		ExtendedKeyUsages: []types.ExtendedKeyUsage{{Name: "TLS_WEB_SERVER_AUTHENTICATION", OID: aws.String("1.3.6.1.5.5.7.3.1")}},
		InUseBy:           []string{}, RenewalEligibility: "INELIGIBLE",
		Options: options,
	})
	if again := describe(s, request(s, web())); *again.DomainValidationOptions[0].ResourceRecord.Value != *record.Value {
		t.Error("another request for the domain wants another record")
	}
}

// same compares what the SDK's types hold.
func same(t *testing.T, got, want *types.CertificateDetail) {
	t.Helper()
	unexported := cmp.FilterPath(func(p cmp.Path) bool {
		field, ok := p.Last().(cmp.StructField)
		return ok && field.Name()[0] >= 'a'
	}, cmp.Ignore())
	if diff := cmp.Diff(want, got, unexported, cmpopts.IgnoreTypes(middleware.Metadata{})); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

// A server shows the certificate to a client that trusts this authority alone.
func TestClientsTrustWhatIsIssued(t *testing.T) {
	for _, algorithm := range []types.KeyAlgorithm{"RSA_2048", "EC_prime256v1", "EC_secp384r1"} {
		t.Run(string(algorithm), func(t *testing.T) {
			s := newScene(t)
			s.Now, s.ahead = s.Now.AddDate(2, 0, 0), time.Since(s.Now.AddDate(2, 0, 0)) // the emulator's clock is far ahead
			in := web()
			in.KeyAlgorithm = algorithm
			made := request(s, in)
			if got, want := string(describe(s, made).KeyAlgorithm), strings.ReplaceAll(string(algorithm), "_", "-"); got != want {
				t.Errorf("the key is %s, want %s", got, want)
			}
			authority, err := acm.Issuer(s.Store, s.Now, time.Now())
			if err != nil {
				t.Fatal(err)
			}
			roots := x509.NewCertPool()
			if !roots.AppendCertsFromPEM([]byte(authority.Certificate)) {
				t.Fatal("the authority cannot be read")
			}
			server := serveTLS(t, acm.FindKeyPair(s.Store.Read(), ireland, made))
			ask := func(name string) error {
				client := &http.Client{Transport: &http.Transport{
					TLSClientConfig: &tls.Config{RootCAs: roots, ServerName: name}, DisableKeepAlives: true,
				}}
				answer, err := client.Get("https://" + server)
				if err == nil {
					_, _ = io.Copy(io.Discard, answer.Body)
					err = answer.Body.Close()
				}
				return err
			}
			for _, name := range []string{"example.com", "www.example.com"} {
				if err := ask(name); err != nil {
					t.Errorf("%s: %v", name, err)
				}
			}
			if err := ask("example.org"); err == nil {
				t.Error("the certificate is good for another name")
			}
		})
	}
}

// serveTLS serves with a key pair, and returns the address.
func serveTLS(t *testing.T, pair *acm.KeyPair) string {
	t.Helper()
	certificate, err := tls.X509KeyPair([]byte(pair.Certificates), []byte(pair.PrivateKey))
	if err != nil {
		t.Fatal(err)
	}
	server := httptest.NewUnstartedServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) {}))
	server.TLS = &tls.Config{Certificates: []tls.Certificate{certificate}}
	server.Config.ErrorLog = nil
	server.StartTLS()
	t.Cleanup(server.Close)
	_, port, err := net.SplitHostPort(server.Listener.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	return "127.0.0.1:" + port
}

func TestValidationByEmail(t *testing.T) {
	s := newScene(t)
	in := &sdk.RequestCertificateInput{
		DomainName: aws.String("www.example.com"), SubjectAlternativeNames: []string{"*.example.org"},
		DomainValidationOptions: []types.DomainValidationOption{{DomainName: aws.String("www.example.com"), ValidationDomain: aws.String("example.com")}},
	}
	got := describe(s, request(s, in)).DomainValidationOptions
	if got[0].ValidationMethod != "EMAIL" || *got[0].ValidationDomain != "example.com" || got[0].ResourceRecord != nil ||
		strings.Join(got[0].ValidationEmails, " ") != "admin@example.com administrator@example.com hostmaster@example.com postmaster@example.com webmaster@example.com" {
		t.Errorf("got %+v", got[0])
	}
	if got[1].ValidationEmails[0] != "admin@example.org" {
		t.Errorf("got %+v", got[1])
	}
	in.DomainValidationOptions[0].ValidationDomain = aws.String("ample.com")
	refused(s, s.RequestCertificate, in, "InvalidDomainValidationOptionsException",
		"The validation domain, ample.com, must be a superdomain of the requested domain, www.example.com.")
	in.DomainValidationOptions[0].DomainName = aws.String("example.net")
	refused(s, s.RequestCertificate, in, "InvalidDomainValidationOptionsException", "The domain specified in ValidationOptions, example.net, is not the PrimaryDomain or part of SubjectAlternativeNames.")
}

func TestATokenIsOfOneCertificate(t *testing.T) {
	s := newScene(t)
	in := web()
	in.IdempotencyToken = aws.String("once")
	made := request(s, in)
	s.Now = s.Now.Add(59 * time.Minute)
	if again := request(s, in); again != made {
		t.Error("the token made another certificate")
	}
	s.Now = s.Now.Add(2 * time.Minute)
	later := request(s, in)
	if later == made {
		t.Error("the token is known after an hour")
	}
	if again := request(s, in); again != later {
		t.Error("the token is not known in its second hour")
	}
}

func TestRequestsThatAreRefused(t *testing.T) {
	s := newScene(t)
	name := func(name string) *sdk.RequestCertificateInput { return &sdk.RequestCertificateInput{DomainName: &name} }
	const form = `Member must satisfy regular expression pattern: (\*\.)?(((?!-)[A-Za-z0-9-]{0,62}[A-Za-z0-9])\.)+((?!-)[A-Za-z0-9-]{1,62}[A-Za-z0-9])`
	for _, wrong := range []string{"localhost", "-a.example.com", "a..com", "www.*.com", "a.c", "a_b.example.com", strings.Repeat("a", 64) + ".com"} {
		refused(s, s.RequestCertificate, name(wrong), "ValidationException",
			"1 validation error detected: Value '"+wrong+"' at 'domainName' failed to satisfy constraint: "+form)
	}
	refused(s, s.RequestCertificate, name(strings.Repeat("a", 61)+".com"), "ValidationException", "The first domain name can be no longer than 64 characters.")
	in := web()
	in.KeyAlgorithm = types.KeyAlgorithmRsa4096
	refused(s, s.RequestCertificate, in, "ValidationException", "Encryption Algorithm RSA_4096 is not supported in 123456789012 region")
	in = web()
	in.Options = &types.CertificateOptions{Export: types.CertificateExportEnabled}
	refused(s, s.RequestCertificate, in, "NotImplementedException", "ecs-emulator does not implement certificates that can be exported; see https://github.com/ecs-emulator/ecs-emulator/blob/main/docs/reference/compatibility/acm.md.")
	in = web()
	in.CertificateAuthorityArn = aws.String("arn:aws:acm-pca:eu-west-1:123456789012:certificate-authority/1")
	refused(s, s.RequestCertificate, in, "NotImplementedException", "ecs-emulator does not implement private certificate authorities; see https://github.com/ecs-emulator/ecs-emulator/blob/main/docs/reference/compatibility/acm.md.")
	if all := ok(s, s.ListCertificates, &sdk.ListCertificatesInput{}); len(all.CertificateSummaryList) > 0 {
		t.Errorf("made %d certificates", len(all.CertificateSummaryList))
	}
}
