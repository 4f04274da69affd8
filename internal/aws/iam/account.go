// Package iam is the rows of AWS IAM: users, groups, roles, managed policies and instance
// profiles, and the rules of their changes. They are stored and answered, and enforce nothing.
//
// IAM is global: its rows belong to an account of a partition, and to no region. Names
// are unique in it in any case; the keys of rows are therefore in lower case.
//
// Functions take the transaction of package store, so rows of IAM and those of another
// service change together:
//
//	s.Update(func(tx *store.Tx) error {
//		iam.Roles.Put(tx, role)
//		…
//	})
package iam

import (
	"math/rand/v2"
	"strings"

	"github.com/ecs-emulator/ecs-emulator/internal/base/arn"
)

// Account is where rows of IAM live.
type Account struct {
	Partition, ID string
}

// AccountOf is the account of a request, in all regions.
func AccountOf(s arn.Scope) Account { return Account{Partition: s.Partition(), ID: s.Account} }

// AccountOfARN is the account that the ARN of something in IAM is of.
func AccountOfARN(arn string) Account {
	parts := strings.SplitN(arn, ":", 6)
	if len(parts) < 6 {
		return Account{}
	}
	return Account{Partition: parts[1], ID: parts[4]}
}

// arn is the ARN of something in the account: kind is role, user, policy and so on.
func (a Account) arn(kind, path, name string) string {
	return "arn:" + a.Partition + ":iam::" + a.ID + ":" + kind + path + name
}

// key is the key of a row: its name in lower case, after the account's.
func (a Account) key(name string) string { return a.prefix() + strings.ToLower(name) }

func (a Account) prefix() string { return a.Partition + ":" + a.ID + ":" }

// Prefixes of unique ids. Source: IAM user guide, unique identifiers.
const (
	UserID            = "AIDA"
	GroupID           = "AGPA"
	RoleID            = "AROA"
	PolicyID          = "ANPA"
	InstanceProfileID = "AIPA"
)

// What follows the prefix in a unique id.
const (
	idAlphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567"
	idDigits   = 17
)

// NewID makes a unique id: a prefix that tells the kind, and 17 capitals and digits.
func NewID(prefix string) string {
	id := []byte(prefix)
	for range idDigits {
		id = append(id, idAlphabet[rand.IntN(len(idAlphabet))])
	}
	return string(id)
}
