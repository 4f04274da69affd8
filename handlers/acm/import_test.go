package acm_test

import (
	"bytes"
	"crypto"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"math/big"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	sdk "github.com/aws/aws-sdk-go-v2/service/acm"
	"github.com/aws/aws-sdk-go-v2/service/acm/types"

	"github.com/ecs-emulator/ecs-emulator/internal/aws/acm"
)

// issued is a certificate of tests with its key.
type issued struct {
	*x509.Certificate
	key crypto.Signer
}

// newEC makes a key.
func newEC(t *testing.T, curve elliptic.Curve) crypto.Signer {
	t.Helper()
	key, err := ecdsa.GenerateKey(curve, rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	return key
}

// issue makes a certificate that begins in 2026 and lasts a year; its own issuer if there is none.
func issue(t *testing.T, template *x509.Certificate, key crypto.Signer, by *issued) *issued {
	t.Helper()
	template.SerialNumber = big.NewInt(0x0abc)
	template.NotBefore, template.NotAfter = time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC), time.Date(2027, 1, 1, 0, 0, 0, 0, time.UTC)
	parent, signer := template, key
	if by != nil {
		parent, signer = by.Certificate, by.key
	}
	der, err := x509.CreateCertificate(rand.Reader, template, parent, key.Public(), signer)
	if err != nil {
		t.Fatal(err)
	}
	made, err := x509.ParseCertificate(der)
	if err != nil {
		t.Fatal(err)
	}
	return &issued{made, key}
}

func named(name string) *x509.Certificate {
	return &x509.Certificate{Subject: pkix.Name{CommonName: name, Organization: []string{name + " Inc."}}}
}

func (i *issued) pem() []byte { return []byte(acm.EncodeCertificate(i.Raw)) }

// importOf is a request to import certificates, the first with its key.
func importOf(t *testing.T, leaf *issued, chain ...*issued) *sdk.ImportCertificateInput {
	t.Helper()
	key, err := acm.EncodePrivateKey(leaf.key)
	if err != nil {
		t.Fatal(err)
	}
	in := &sdk.ImportCertificateInput{Certificate: leaf.pem(), PrivateKey: []byte(key)}
	for _, c := range chain {
		in.CertificateChain = append(in.CertificateChain, c.pem()...)
	}
	return in
}

// chainOf is a certificate, the one that issued it, and the one that issued that.
func chainOf(t *testing.T) (leaf, middle, root *issued) {
	t.Helper()
	root = issue(t, named("Root"), newEC(t, elliptic.P256()), nil)
	middle = issue(t, named("Middle"), newEC(t, elliptic.P256()), root)
	template := named("www.example.com")
	template.DNSNames = []string{"example.com", "www.example.com"}
	template.KeyUsage, template.ExtKeyUsage = x509.KeyUsageDigitalSignature, []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth, x509.ExtKeyUsageClientAuth}
	return issue(t, template, newEC(t, elliptic.P384()), middle), middle, root
}

func TestACertificateIsImported(t *testing.T) {
	s := newScene(t)
	leaf, middle, root := chainOf(t)
	made := *ok(s, s.ImportCertificate, importOf(t, leaf, middle, root)).CertificateArn
	same(t, describe(s, made), &types.CertificateDetail{
		CertificateArn: &made, Type: "IMPORTED", Status: "ISSUED", CertificateKeyPairOrigin: "CUSTOMER_PROVIDED",
		DomainName: aws.String("www.example.com"), SubjectAlternativeNames: []string{"www.example.com", "example.com"},
		CreatedAt: aws.Time(s.Now), ImportedAt: aws.Time(s.Now), NotBefore: &leaf.NotBefore, NotAfter: &leaf.NotAfter,
		Serial: aws.String("0a:bc"), Subject: aws.String("CN=www.example.com,O=www.example.com Inc."), Issuer: aws.String("Middle Inc."),
		KeyAlgorithm: "EC-secp384r1", SignatureAlgorithm: aws.String("SHA256WITHECDSA"),
		KeyUsages: []types.KeyUsage{{Name: "DIGITAL_SIGNATURE"}},
		ExtendedKeyUsages: []types.ExtendedKeyUsage{
			{Name: "TLS_WEB_SERVER_AUTHENTICATION", OID: aws.String("1.3.6.1.5.5.7.3.1")}, {Name: "TLS_WEB_CLIENT_AUTHENTICATION", OID: aws.String("1.3.6.1.5.5.7.3.2")},
		},
		InUseBy: []string{}, RenewalEligibility: "INELIGIBLE", Options: logged("DISABLED"),
	})
	got := ok(s, s.GetCertificate, &sdk.GetCertificateInput{CertificateArn: &made})
	if *got.Certificate != string(leaf.pem()) || *got.CertificateChain != string(middle.pem())+string(root.pem()) {
		t.Errorf("got %s\n%s", *got.Certificate, *got.CertificateChain)
	}
	serveTLS(t, acm.FindKeyPair(s.Store.Read(), ireland, made))
	s.Now = leaf.NotAfter.Add(time.Second)
	if got := describe(s, made).Status; got != types.CertificateStatusExpired {
		t.Errorf("it is %s when its time is over", got)
	}
}

// A certificate that says little has no extensions, and the common name as its only name.
func TestAPlainCertificateIsImported(t *testing.T) {
	s := newScene(t)
	in := importOf(t, issue(t, named("example.com"), newEC(t, elliptic.P256()), nil))
	made := *ok(s, s.ImportCertificate, in).CertificateArn
	got := describe(s, made)
	if got.KeyUsages[0].Name != "ANY" || got.ExtendedKeyUsages[0].Name != "NONE" || strings.Join(got.SubjectAlternativeNames, " ") != "example.com" {
		t.Errorf("got %+v", got)
	}
	if out := ok(s, s.GetCertificate, &sdk.GetCertificateInput{CertificateArn: &made}); out.CertificateChain != nil {
		t.Errorf("the chain is %s", *out.CertificateChain)
	}
}

// Keys come in three forms, and with OpenSSL's parameters.
func TestFormsOfPrivateKeys(t *testing.T) {
	s := newScene(t)
	curve := newEC(t, elliptic.P256())
	sec1, err := x509.MarshalECPrivateKey(curve.(*ecdsa.PrivateKey))
	if err != nil {
		t.Fatal(err)
	}
	length, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		t.Fatal(err)
	}
	block := func(kind string, der []byte) []byte { return pem.EncodeToMemory(&pem.Block{Type: kind, Bytes: der}) }
	for _, form := range []struct {
		key crypto.Signer
		pem []byte
	}{
		{curve, block("EC PRIVATE KEY", sec1)},
		{curve, append(block("EC PARAMETERS", []byte{6, 8, 42, 134, 72, 206, 61, 3, 1, 7}), block("EC PRIVATE KEY", sec1)...)},
		{length, block("RSA PRIVATE KEY", x509.MarshalPKCS1PrivateKey(length))},
	} {
		in := importOf(t, issue(t, named("example.com"), form.key, nil))
		in.PrivateKey = form.pem
		ok(s, s.ImportCertificate, in)
	}
}

func TestImportsThatAreRefused(t *testing.T) {
	s := newScene(t)
	leaf, middle, root := chainOf(t)
	_, other, err := ed25519.GenerateKey(rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	const chain = "Could not validate the certificate with the certificate chain."
	for _, c := range []struct {
		what string
		in   func() *sdk.ImportCertificateInput
		text string
	}{
		{"no certificate", func() *sdk.ImportCertificateInput {
			in := importOf(t, leaf)
			in.Certificate = []byte("nonsense")
			return in
		}, "Unable to parse certificate. Please ensure the certificate is in PEM format."},
		{"two certificates", func() *sdk.ImportCertificateInput {
			in := importOf(t, leaf)
			in.Certificate = bytes.Join([][]byte{leaf.pem(), middle.pem()}, nil)
			return in
		}, "The certificate field contains more than one certificate. You can specify only one certificate in this field."},
		{"a chain that is none", func() *sdk.ImportCertificateInput {
			in := importOf(t, leaf)
			in.CertificateChain = []byte("nonsense")
			return in
		}, "Unable to parse certificate chain. Please ensure the certificate chain is in PEM format."},
		{"a chain in the wrong order", func() *sdk.ImportCertificateInput { return importOf(t, leaf, root, middle) }, chain},
		{"a chain with the certificate", func() *sdk.ImportCertificateInput { return importOf(t, leaf, leaf, middle) }, chain},
		{"a chain of others", func() *sdk.ImportCertificateInput {
			_, stranger, _ := chainOf(t) // of the same name
			return importOf(t, leaf, stranger)
		}, chain},
		{"a key of others", func() *sdk.ImportCertificateInput {
			return importOf(t, &issued{leaf.Certificate, newEC(t, elliptic.P384())}, middle)
		}, "The private key does not match the certificate."},
		{"a key of an unknown kind", func() *sdk.ImportCertificateInput { return importOf(t, issue(t, named("a.example.com"), other, nil)) },
			"The private key is not supported."},
		{"an encrypted key", func() *sdk.ImportCertificateInput {
			in := importOf(t, leaf)
			in.PrivateKey = pem.EncodeToMemory(&pem.Block{Type: "ENCRYPTED PRIVATE KEY", Bytes: []byte{1}})
			return in
		}, "The private key is not supported."},
		{"a key of an odd length", func() *sdk.ImportCertificateInput {
			key, err := rsa.GenerateKey(rand.Reader, 1536)
			if err != nil {
				t.Fatal(err)
			}
			return importOf(t, issue(t, named("a.example.com"), key, nil))
		}, "The private key length 1536 is not supported for key algorithm."},
		{"nothing", func() *sdk.ImportCertificateInput {
			return &sdk.ImportCertificateInput{Certificate: []byte{}, PrivateKey: make([]byte, 5121)}
		},
			"2 validation errors detected: Value at 'certificate' failed to satisfy constraint: Member must have length greater than or equal to 1; " +
				"Value at 'privateKey' failed to satisfy constraint: Member must have length less than or equal to 5120"},
	} {
		t.Run(c.what, func(t *testing.T) { refused(s, s.ImportCertificate, c.in(), "ValidationException", c.text) })
	}
	s.Now = leaf.NotAfter.Add(time.Second)
	refused(s, s.ImportCertificate, importOf(t, leaf, middle), "ValidationException", "The certificate has expired at 2027-01-01T00:00:00Z.")
	s.Now = leaf.NotBefore.Add(-time.Second)
	refused(s, s.ImportCertificate, importOf(t, leaf, middle), "ValidationException", "The certificate is not valid before 2026-01-01T00:00:00Z.")
	s.ahead = time.Minute // a clock of the emulator's that stands still
	ok(s, s.ImportCertificate, importOf(t, leaf, middle))
}

func TestACertificateIsReimported(t *testing.T) {
	s := newScene(t)
	leaf, middle, root := chainOf(t)
	in := importOf(t, leaf, middle)
	in.Tags = []types.Tag{{Key: aws.String("team"), Value: aws.String("web")}}
	made := *ok(s, s.ImportCertificate, in).CertificateArn
	created := s.Now
	s.Now = s.Now.Add(time.Hour)

	template := named("example.net")
	template.KeyUsage, template.ExtKeyUsage = x509.KeyUsageDigitalSignature, []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth}
	next := importOf(t, issue(t, template, newEC(t, elliptic.P384()), root), root)
	next.CertificateArn = &made
	if out := ok(s, s.ImportCertificate, next); *out.CertificateArn != made {
		t.Errorf("made %s", *out.CertificateArn)
	}
	got := describe(s, made)
	if *got.DomainName != "example.net" || !got.CreatedAt.Equal(created) || !got.ImportedAt.Equal(s.Now) {
		t.Errorf("got %+v", got)
	}
	if tags := ok(s, s.ListTagsForCertificate, &sdk.ListTagsForCertificateInput{CertificateArn: &made}).Tags; len(tags) != 1 {
		t.Errorf("the tags are %+v", tags)
	}
	again := func(template *x509.Certificate, key crypto.Signer, text string) {
		t.Helper()
		in := importOf(t, issue(t, template, key, nil))
		in.CertificateArn = &made
		refused(s, s.ImportCertificate, in, "ValidationException", text)
	}
	again(named("example.net"), newEC(t, elliptic.P256()), "The key type and size of a certificate cannot be changed: it is EC_secp384r1.")
	again(named("example.net"), newEC(t, elliptic.P384()), "The key usage DIGITAL_SIGNATURE cannot be removed.")
	again(&x509.Certificate{}, newEC(t, elliptic.P384()), "The certificate has no domain name any more.")
	next.Tags = in.Tags
	refused(s, s.ImportCertificate, next, "ValidationException", "Tags cannot be applied when a certificate is reimported.")
	requested := request(s, web())
	next.Tags, next.CertificateArn = nil, &requested
	refused(s, s.ImportCertificate, next, "ValidationException", "Certificate "+requested+" was not imported, so it cannot be reimported.")
	gone := "arn:aws:acm:eu-west-1:123456789012:certificate/12345678-1234-1234-1234-123456789012"
	next.CertificateArn = &gone
	refused(s, s.ImportCertificate, next, "ResourceNotFoundException", "Could not find certificate "+gone+" in account 123456789012.")
}
