package acm

import (
	"crypto"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"fmt"
	"math/big"
	"time"

	"github.com/ecs-emulator/ecs-emulator/internal/base/store"
)

var authorities = store.NewTable("acm-authority", func(*Authority) string { return theAuthority })

// theAuthority is the key of the only row.
const theAuthority = "authority"

// Authority is the certificate authority of the emulator, one for all accounts and regions, and
// known to no other program. Its certificate is to be trusted by who shall trust those that
// it issues.
type Authority struct {
	Certificate string // PEM
	PrivateKey  string // PEM
}

// Validity is from when and until when a certificate is valid.
type Validity struct{ NotBefore, NotAfter time.Time }

const day = 24 * time.Hour

// ValidFor returns the validity of a certificate that is issued now, in days that begin at
// midnight. Clients may have another time than the emulator, so the earlier of
// the two begins it and the later ends it.
func ValidFor(days int, now, wall time.Time) Validity {
	first, last := now.UTC(), wall.UTC()
	if last.Before(first) {
		first, last = last, first
	}
	return Validity{first.Truncate(day), last.Truncate(day).AddDate(0, 0, days).Add(-time.Second)}
}

// authorityDays is how long an authority lasts: some 30 years.
const authorityDays = 30 * 365

// Issuer returns the authority of a store, and makes it when it is needed first. wall is the
// time that clients have.
func Issuer(s *store.Store, now, wall time.Time) (*Authority, error) {
	if found := authorities.Get(s.Read(), theAuthority); found != nil {
		return found, nil
	}
	made, err := newAuthority(ValidFor(authorityDays, now, wall)) // which takes a while: not in the transaction
	if err != nil {
		return nil, err
	}
	err = s.Update(func(tx *store.Tx) error {
		if other := authorities.Get(tx, theAuthority); other != nil {
			made = other
			return nil
		}
		authorities.Put(tx, made)
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("keep the certificate authority: %w", err)
	}
	return made, nil
}

// newAuthority makes an authority, with an RSA key as that of AWS has, so that
// signatures are of AWS's kind.
func newAuthority(v Validity) (*Authority, error) {
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		return nil, fmt.Errorf("make the key of the certificate authority: %w", err)
	}
	serial := newSerial()
	template := &x509.Certificate{
		SerialNumber: serial, NotBefore: v.NotBefore, NotAfter: v.NotAfter,
		// Clients tell authorities apart by their names, so each has one of its own.
		Subject:               pkix.Name{Organization: []string{"ecs-emulator"}, CommonName: fmt.Sprintf("ecs-emulator CA %x", serial.Bytes()[:4])},
		BasicConstraintsValid: true, IsCA: true, MaxPathLenZero: true,
		KeyUsage: x509.KeyUsageCertSign | x509.KeyUsageCRLSign | x509.KeyUsageDigitalSignature,
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, key.Public(), key)
	if err != nil {
		return nil, fmt.Errorf("make the certificate authority: %w", err)
	}
	private, err := EncodePrivateKey(key)
	if err != nil {
		return nil, err
	}
	return &Authority{Certificate: EncodeCertificate(der), PrivateKey: private}, nil
}

// Issue makes a certificate for names, the first of which is its common name. Its
// extensions are the extensions of AWS's public certificates, which are for servers only.
// Source: ACM user guide, concepts.
func (a *Authority) Issue(names []string, public crypto.PublicKey, v Validity) (string, error) {
	parent, key, err := a.open()
	if err != nil {
		return "", err
	}
	usage := x509.KeyUsageDigitalSignature
	if _, ok := public.(*rsa.PublicKey); ok {
		usage |= x509.KeyUsageKeyEncipherment
	}
	der, err := x509.CreateCertificate(rand.Reader, &x509.Certificate{
		SerialNumber: newSerial(), NotBefore: v.NotBefore, NotAfter: v.NotAfter,
		Subject: pkix.Name{CommonName: names[0]}, DNSNames: names, BasicConstraintsValid: true,
		KeyUsage: usage, ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth},
	}, parent, public, key)
	if err != nil {
		return "", fmt.Errorf("issue a certificate for %s: %w", names[0], err)
	}
	return EncodeCertificate(der), nil
}

func (a *Authority) open() (*x509.Certificate, crypto.Signer, error) {
	certificate, _ := pem.Decode([]byte(a.Certificate))
	parent, err := x509.ParseCertificate(certificate.Bytes)
	if err != nil {
		return nil, nil, fmt.Errorf("read the certificate authority: %w", err)
	}
	private, _ := pem.Decode([]byte(a.PrivateKey))
	key, err := x509.ParsePKCS8PrivateKey(private.Bytes)
	if err != nil {
		return nil, nil, fmt.Errorf("read the key of the certificate authority: %w", err)
	}
	return parent, key.(crypto.Signer), nil
}

// newSerial makes a serial number of 16 bytes, as AWS's have.
func newSerial() *big.Int {
	serial := make([]byte, 16)
	_, _ = rand.Read(serial)          // never fails
	serial[0] = serial[0]&0x7f | 0x40 // positive, and no shorter
	return new(big.Int).SetBytes(serial)
}

// EncodeCertificate writes a certificate as PEM.
func EncodeCertificate(der []byte) string {
	return string(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der}))
}

// EncodePrivateKey writes a private key as PEM.
func EncodePrivateKey(key crypto.PrivateKey) (string, error) {
	der, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		return "", fmt.Errorf("write a private key: %w", err)
	}
	return string(pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: der})), nil
}
