package acm

import (
	"bytes"
	"crypto"
	"crypto/rsa"
	"crypto/x509"
	"encoding/pem"
	"errors"
	"time"

	"github.com/ecs-emulator/ecs-emulator/internal/aws/acm"
	sdk "github.com/ecs-emulator/ecs-emulator/internal/base/sdk/acm"
)

// imported is what a request imports, read and written again in one form.
type imported struct {
	leaf             *x509.Certificate
	body, chain, key string
}

// readImport reads a certificate, its private key and its chain, and checks that they belong
// together. Texts without a comment are AWS's (ACM0001; AWS re:Post, import of certificates).
func readImport(in *sdk.ImportCertificateInput) (*imported, error) {
	leaf, err := readCertificates(in.Certificate)
	switch {
	case err != nil || len(leaf) == 0:
		return nil, invalid("Unable to parse certificate. Please ensure the certificate is in PEM format.")
	case len(leaf) > 1:
		return nil, invalid("The certificate field contains more than one certificate. You can specify only one certificate in this field.")
	}
	chain, err := readCertificates(in.CertificateChain)
	if err != nil || len(chain) == 0 && len(in.CertificateChain) > 0 { // the text is the emulator's
		return nil, invalid("Unable to parse certificate chain. Please ensure the certificate chain is in PEM format.")
	}
	key, err := readPrivateKey(in.PrivateKey)
	if err != nil {
		return nil, err
	}
	public, ok := key.Public().(interface{ Equal(crypto.PublicKey) bool })
	if !ok || !public.Equal(leaf[0].PublicKey) { // the text is the emulator's
		return nil, invalid("The private key does not match the certificate.")
	}
	if !certifies(chain, leaf[0]) {
		return nil, invalid("Could not validate the certificate with the certificate chain.")
	}
	read := &imported{leaf: leaf[0], body: acm.EncodeCertificate(leaf[0].Raw)}
	for _, c := range chain {
		read.chain += acm.EncodeCertificate(c.Raw)
	}
	read.key, err = acm.EncodePrivateKey(key)
	return read, err
}

func readCertificates(text []byte) (all []*x509.Certificate, err error) {
	for block, rest := pem.Decode(text); block != nil; block, rest = pem.Decode(rest) {
		c, err := x509.ParseCertificate(block.Bytes)
		if err != nil {
			return nil, err
		}
		all = append(all, c)
		text = rest
	}
	if len(bytes.TrimSpace(text)) > 0 && len(all) > 0 {
		return nil, errors.New("text after the last certificate")
	}
	return all, nil
}

// certifies reports whether the first of a chain has issued a certificate, and each other one
// the one before. No chain at all is one (ACM0001). Source: ACM user guide, certificate import
// problems.
func certifies(chain []*x509.Certificate, leaf *x509.Certificate) bool {
	child := leaf
	for _, parent := range chain {
		if !bytes.Equal(child.RawIssuer, parent.RawSubject) || parent.CheckSignature(child.SignatureAlgorithm, child.RawTBSCertificate, child.Signature) != nil {
			return false
		}
		child = parent
	}
	return true
}

// readPrivateKey reads a key of PKCS #8, PKCS #1 or SEC 1 that is not encrypted.
func readPrivateKey(text []byte) (crypto.Signer, error) {
	block, rest := pem.Decode(text)
	if block != nil && block.Type == "EC PARAMETERS" { // OpenSSL writes them before the key
		block, _ = pem.Decode(rest)
	}
	unsupported := invalid("The private key is not supported.")
	if block == nil {
		return nil, unsupported
	}
	var key any
	var err error
	switch block.Type {
	case "PRIVATE KEY":
		key, err = x509.ParsePKCS8PrivateKey(block.Bytes)
	case "RSA PRIVATE KEY":
		key, err = x509.ParsePKCS1PrivateKey(block.Bytes)
	case "EC PRIVATE KEY":
		key, err = x509.ParseECPrivateKey(block.Bytes)
	}
	signer, ok := key.(crypto.Signer)
	if err != nil || !ok {
		return nil, unsupported
	}
	if keyAlgorithm(signer.Public()) != "" {
		return signer, nil
	}
	if public, ok := signer.Public().(*rsa.PublicKey); ok {
		return nil, invalid("The private key length %d is not supported for key algorithm.", public.N.BitLen())
	}
	return nil, unsupported
}

// validAt checks that a certificate is valid, at the emulator's time or that of clients. The
// texts are the emulator's. Source: ACM API reference, ImportCertificate.
func (i *imported) validAt(now, wall time.Time) error {
	if now.Before(i.leaf.NotBefore) && wall.Before(i.leaf.NotBefore) {
		return invalid("The certificate is not valid before %s.", i.leaf.NotBefore.Format(time.RFC3339))
	}
	if now.After(i.leaf.NotAfter) {
		return invalid("The certificate has expired at %s.", i.leaf.NotAfter.Format(time.RFC3339))
	}
	return nil
}
