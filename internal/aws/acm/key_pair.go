package acm

import (
	"github.com/ecs-emulator/ecs-emulator/internal/base/arn"
	"github.com/ecs-emulator/ecs-emulator/internal/base/store"
)

var privateKeys = store.NewTable("acm-private-key", func(k *privateKey) string { return k.ARN })

type privateKey struct {
	ARN string
	PEM string
}

// KeyPair is what a server needs to show a certificate, as tls.X509KeyPair reads it.
type KeyPair struct {
	Certificates string // PEM: the certificate, then those of its chain
	PrivateKey   string // PEM
}

// FindKeyPair returns the key pair of a certificate of a scope, or nil.
func FindKeyPair(tx *store.Tx, s arn.Scope, certificateARN string) *KeyPair {
	c := Find(tx, s, certificateARN)
	if c == nil {
		return nil
	}
	return &KeyPair{Certificates: c.Body + c.Chain, PrivateKey: privateKeys.Get(tx, c.ARN).PEM}
}
