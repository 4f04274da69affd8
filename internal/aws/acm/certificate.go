// Package acm is the rows of AWS Certificate Manager: certificates with their chains and private
// keys, and the certificate authority that issues those that are requested.
//
// Private keys have a table of their own, so that who lists or describes certificates never
// holds one.
package acm

import (
	"crypto/x509"
	"encoding/pem"
	"slices"
	"time"

	"github.com/ecs-emulator/ecs-emulator/internal/base/arn"
	"github.com/ecs-emulator/ecs-emulator/internal/base/sdk/acm/types"
	"github.com/ecs-emulator/ecs-emulator/internal/base/store"
)

var (
	certificates        = store.NewTable("acm-certificate", func(c *Certificate) string { return c.ARN })
	certificatesByToken = certificates.Index(func(c *Certificate) string {
		if c.Token == "" {
			return ""
		}
		return Prefix(arn.ScopeOf(c.ARN)) + c.Token
	})
)

// OnCertificates is the table of certificates, for who shows them. It wakes with their ARNs.
func OnCertificates() store.Source { return store.OnKeys(certificates) }

// OnRemovals wakes what uses a certificate that has been removed: users says that, by its ARN.
func OnRemovals(users func(arn string) []string) store.Source {
	return store.OnRemovals(certificates, func(c *Certificate) []string { return users(c.ARN) })
}

// Certificate is a certificate that was requested or imported. Its handlers write every field.
type Certificate struct {
	ARN        string
	Type       types.CertificateType
	DomainName string   // the first name; empty: it was imported without one
	Names      []string // all of them
	Body       string   // PEM
	Chain      string   // PEM; empty: it was imported without one
	CreatedAt  time.Time
	ImportedAt time.Time // the last time; zero: it was requested
	Tags       []Tag     // in the order in which they came

	// Of those that were requested.
	Token            string // of the request
	ValidationMethod types.ValidationMethod
	// ValidationDomains are where e-mail about a name would go, if not to itself.
	ValidationDomains map[string]string
	Transparency      types.CertificateTransparencyLoggingPreference
}

// Tag is a tag of a certificate. Its value may be absent.
type Tag struct {
	Key   string
	Value *string
}

// Prefix is what the ARNs of a scope's certificates begin with.
func Prefix(s arn.Scope) string {
	return "arn:" + s.Partition() + ":acm:" + s.Region + ":" + s.Account + ":certificate/"
}

// NewARN makes the ARN of a certificate.
func NewARN(s arn.Scope) string { return Prefix(s) + arn.NewUUID() }

// Find returns the certificate of a scope with an ARN, or nil.
func Find(tx *store.Tx, s arn.Scope, certificateARN string) *Certificate {
	if c := certificates.Get(tx, certificateARN); c != nil && arn.ScopeOf(c.ARN) == s {
		return c
	}
	return nil
}

// Exists reports whether a scope has a certificate with an ARN.
func Exists(tx *store.Tx, s arn.Scope, certificateARN string) bool {
	return Find(tx, s, certificateARN) != nil
}

// Requested returns the certificates that were requested with a token.
func Requested(tx *store.Tx, s arn.Scope, token string) []*Certificate {
	return certificatesByToken.List(tx, Prefix(s)+token)
}

// List returns the certificates of a scope, in order of their ARNs.
func List(tx *store.Tx, s arn.Scope) []*Certificate { return certificates.List(tx, Prefix(s)) }

// Put writes a certificate whose key stays.
func Put(tx *store.Tx, c *Certificate) { certificates.Put(tx, c) }

// PutWithKey writes a certificate and its private key, which is PEM.
func PutWithKey(tx *store.Tx, c *Certificate, key string) {
	certificates.Put(tx, c)
	privateKeys.Put(tx, &privateKey{ARN: c.ARN, PEM: key})
}

// Delete removes a certificate and its private key.
func Delete(tx *store.Tx, c *Certificate) {
	certificates.Delete(tx, c)
	if key := privateKeys.Get(tx, c.ARN); key != nil {
		privateKeys.Delete(tx, key)
	}
}

// X509 reads the certificate. What is stored can be read: it was made here or was read before.
func (c *Certificate) X509() *x509.Certificate {
	block, _ := pem.Decode([]byte(c.Body))
	read, err := x509.ParseCertificate(block.Bytes)
	if err != nil {
		panic(err)
	}
	return read
}

// RemoveTag removes a tag of a copy of a certificate: the one with the key, if it has the
// value or none is given.
func (c *Certificate) RemoveTag(t Tag) {
	c.Tags = slices.DeleteFunc(slices.Clone(c.Tags), func(old Tag) bool {
		return old.Key == t.Key && (t.Value == nil || old.Value != nil && *old.Value == *t.Value)
	})
}
