package acm

import (
	"context"
	"crypto/x509"
	"slices"

	"github.com/ecs-emulator/ecs-emulator/handlers/awsapi"
	"github.com/ecs-emulator/ecs-emulator/internal/aws/acm"
	sdk "github.com/ecs-emulator/ecs-emulator/internal/base/sdk/acm"
	"github.com/ecs-emulator/ecs-emulator/internal/base/sdk/acm/types"
	"github.com/ecs-emulator/ecs-emulator/internal/base/store"
)

// ImportCertificate keeps a certificate that another authority issued, or replaces one that was imported.
func (a *API) ImportCertificate(ctx context.Context, in *sdk.ImportCertificateInput) (*sdk.ImportCertificateOutput, error) {
	if err := checkImport(in); err != nil {
		return nil, err
	}
	read, err := readImport(in)
	if err != nil {
		return nil, err
	}
	now := a.now()
	if err := read.validAt(now, a.Wall(now)); err != nil {
		return nil, err
	}
	made := &acm.Certificate{ARN: acm.NewARN(awsapi.CallScope(ctx)), Type: types.CertificateTypeImported, CreatedAt: now}
	if err := setTags(ctx, made, in.Tags); err != nil {
		return nil, err
	}
	err = a.update(func(tx *store.Tx) error {
		if in.CertificateArn != nil {
			found, err := find(ctx, tx, in.CertificateArn)
			if err != nil {
				return err
			}
			if err := replaces(found, read.leaf); err != nil {
				return err
			}
			again := *found
			made = &again
		}
		made.ImportedAt, made.Body, made.Chain = now, read.body, read.chain
		made.DomainName, made.Names = "", namesIn(read.leaf)
		if len(made.Names) > 0 {
			made.DomainName = made.Names[0]
		}
		acm.PutWithKey(tx, made, read.key)
		return nil
	})
	if err != nil {
		return nil, err
	}
	return &sdk.ImportCertificateOutput{CertificateArn: &made.ARN}, nil
}

func checkImport(in *sdk.ImportCertificateInput) error {
	if in.CertificateArn != nil && len(in.Tags) > 0 { // Source: ACM API reference; the text is the emulator's
		return invalid("Tags cannot be applied when a certificate is reimported.")
	}
	return nil
}

// replaces checks that a certificate may take the place of another.
// Source: ACM user guide, reimport a certificate; the texts are the emulator's.
func replaces(old *acm.Certificate, leaf *x509.Certificate) error {
	was := old.X509()
	switch {
	case old.Type != types.CertificateTypeImported:
		return invalid("Certificate %s was not imported, so it cannot be reimported.", old.ARN)
	case keyAlgorithm(was.PublicKey) != keyAlgorithm(leaf.PublicKey):
		return invalid("The key type and size of a certificate cannot be changed: it is %s.", keyAlgorithm(was.PublicKey))
	case len(old.Names) > 0 && len(namesIn(leaf)) == 0:
		return invalid("The certificate has no domain name any more.")
	}
	// What needs no more extensions of the kind may lack these two.
	kept := func(u types.KeyUsageName) bool {
		return u == types.KeyUsageNameAny || slices.Contains(keyUsages(leaf), u) ||
			u == types.KeyUsageNameKeyEncipherment && leaf.PublicKeyAlgorithm == x509.ECDSA
	}
	for _, u := range keyUsages(was) {
		if !kept(u) {
			return invalid("The key usage %s cannot be removed.", u)
		}
	}
	for _, u := range purposesOf(was) {
		if u != types.ExtendedKeyUsageNameNone && u != types.ExtendedKeyUsageNameTlsWebClientAuthentication && !slices.Contains(purposesOf(leaf), u) {
			return invalid("The extended key usage %s cannot be removed.", u)
		}
	}
	return nil
}
