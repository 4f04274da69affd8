package acm

import (
	"cmp"
	"context"
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"fmt"
	"slices"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"

	"github.com/ecs-emulator/ecs-emulator/handlers/awsapi"
	"github.com/ecs-emulator/ecs-emulator/internal/aws/acm"
	"github.com/ecs-emulator/ecs-emulator/internal/base/arn"
	sdk "github.com/ecs-emulator/ecs-emulator/internal/base/sdk/acm"
	"github.com/ecs-emulator/ecs-emulator/internal/base/sdk/acm/types"
	"github.com/ecs-emulator/ecs-emulator/internal/base/store"
)

const (
	// validDays is how long public certificates are valid. Source: AWS, what's new, 18 February 2026.
	validDays = 198
	// keepTokens is how long a token is known. Source: ACM API reference, RequestCertificate.
	keepTokens = time.Hour
	maxNames   = 100
)

// RequestCertificate issues a certificate at once, without proof that the caller owns the domain.
func (a *API) RequestCertificate(ctx context.Context, in *sdk.RequestCertificateInput) (*sdk.RequestCertificateOutput, error) {
	scope := awsapi.CallScope(ctx)
	if err := checkRequest(in, scope.Account); err != nil {
		return nil, err
	}
	if again := a.requested(a.read(), scope, in.IdempotencyToken); again != nil {
		return &sdk.RequestCertificateOutput{CertificateArn: &again.ARN}, nil
	}
	made, key, err := a.issue(ctx, scope, in)
	if err != nil {
		return nil, err
	}
	err = a.update(func(tx *store.Tx) error {
		if again := a.requested(tx, scope, in.IdempotencyToken); again != nil {
			made = again
			return nil
		}
		acm.PutWithKey(tx, made, key)
		return nil
	})
	if err != nil {
		return nil, err
	}
	return &sdk.RequestCertificateOutput{CertificateArn: &made.ARN}, nil
}

// requested returns what was requested with a token within the last hour, or nil. That the
// token alone decides, also when all else has changed, follows from the API reference.
func (a *API) requested(tx *store.Tx, scope arn.Scope, token *string) *acm.Certificate {
	if token == nil {
		return nil
	}
	for _, c := range acm.Requested(tx, scope, *token) {
		if a.now().Sub(c.CreatedAt) < keepTokens {
			return c
		}
	}
	return nil
}

// issue makes a certificate and its private key.
func (a *API) issue(ctx context.Context, scope arn.Scope, in *sdk.RequestCertificateInput) (*acm.Certificate, string, error) {
	now := a.now()
	c := &acm.Certificate{
		ARN: acm.NewARN(scope), Type: types.CertificateTypeAmazonIssued, DomainName: *in.DomainName, Names: namesOf(in),
		CreatedAt: now, Token: aws.ToString(in.IdempotencyToken),
		ValidationMethod: cmp.Or(in.ValidationMethod, types.ValidationMethodEmail), // an assumption where the request does not say
		Transparency:     cmp.Or(loggingIn(in.Options), types.CertificateTransparencyLoggingPreferenceEnabled),
	}
	for _, o := range in.DomainValidationOptions {
		if c.ValidationDomains == nil {
			c.ValidationDomains = map[string]string{}
		}
		c.ValidationDomains[*o.DomainName] = *o.ValidationDomain
	}
	if err := setTags(ctx, c, in.Tags); err != nil {
		return nil, "", err
	}
	authority, err := acm.Issuer(a.Store, now, a.Wall(now))
	if err != nil {
		return nil, "", err
	}
	key, err := newKey(in.KeyAlgorithm)
	if err != nil {
		return nil, "", fmt.Errorf("make a private key: %w", err)
	}
	if c.Body, err = authority.Issue(c.Names, key.Public(), acm.ValidFor(validDays, now, a.Wall(now))); err != nil {
		return nil, "", err
	}
	c.Chain = authority.Certificate
	private, err := acm.EncodePrivateKey(key)
	return c, private, err
}

// namesOf are the names that a certificate is to have: that of the domain, then the others.
func namesOf(in *sdk.RequestCertificateInput) []string {
	names := []string{*in.DomainName}
	for _, name := range in.SubjectAlternativeNames {
		if !slices.Contains(names, name) {
			names = append(names, name)
		}
	}
	return names
}

func newKey(algorithm types.KeyAlgorithm) (crypto.Signer, error) {
	switch algorithm {
	case types.KeyAlgorithmEcPrime256v1:
		return ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	case types.KeyAlgorithmEcSecp384r1:
		return ecdsa.GenerateKey(elliptic.P384(), rand.Reader)
	}
	return rsa.GenerateKey(rand.Reader, 2048)
}

func checkRequest(in *sdk.RequestCertificateInput, account string) error {
	if err := checkBuilt(in); err != nil {
		return err
	}
	if len(*in.DomainName) > 64 { // Source: field reports
		return invalid("The first domain name can be no longer than 64 characters.")
	}
	switch in.KeyAlgorithm {
	case "", types.KeyAlgorithmRsa2048, types.KeyAlgorithmEcPrime256v1, types.KeyAlgorithmEcSecp384r1:
	default: // Source: ACM API reference; field reports for the text
		return invalid("Encryption Algorithm %s is not supported in %s region", in.KeyAlgorithm, account)
	}
	return checkValidationOptions(in)
}

// checkBuilt refuses what the emulator has not.
func checkBuilt(in *sdk.RequestCertificateInput) error {
	switch {
	case in.CertificateAuthorityArn != nil:
		return awsapi.NotImplemented("acm", "private certificate authorities")
	case in.ManagedBy != "":
		return awsapi.NotImplemented("acm", "certificates that "+string(in.ManagedBy)+" manages")
	case in.ValidationMethod == types.ValidationMethodHttp:
		return awsapi.NotImplemented("acm", "validation by HTTP")
	}
	return checkExport(in.Options)
}
