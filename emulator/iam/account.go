// Package iam is the rows of AWS IAM: roles, managed policies and instance profiles,
// and the rules of their changes. They are stored and answered, and enforce nothing.
//
// IAM is global: its rows belong to an account of a partition, and to no region. Names
// are unique in it whatever their case; the keys of rows are therefore in lower case.
//
// Functions take the transaction of package store, so rows of IAM and those of another
// service change together:
//
//	s.Update(func(tx *state.Tx) error {
//		iam.PutRole((*store.Tx)(tx), role)
//		…
//	})
package iam

import (
	"math/rand/v2"
	"strings"

	"github.com/ecs-emulator/ecs-emulator/emulator/arn"
)

// Account is where rows of IAM live.
type Account struct {
	Partition, ID string
}

// AccountOf is the account of a request, whatever its region.
func AccountOf(s arn.Scope) Account { return Account{Partition: s.Partition(), ID: s.Account} }

// arn is the ARN of something in the account: kind is role, policy or instance-profile.
func (a Account) arn(kind, path, name string) string {
	return "arn:" + a.Partition + ":iam::" + a.ID + ":" + kind + path + name
}

// key is the key of a row: its name in lower case, after the account's.
func (a Account) key(name string) string { return a.prefix() + strings.ToLower(name) }

func (a Account) prefix() string { return a.Partition + ":" + a.ID + ":" }

// Prefixes of unique ids. Source: IAM user guide, unique identifiers.
const (
	RoleID            = "AROA"
	PolicyID          = "ANPA"
	InstanceProfileID = "AIPA"
)

// NewID makes a unique id: a prefix that tells the kind, and 17 capitals and digits.
func NewID(prefix string) string {
	const digits = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567"
	id := []byte(prefix)
	for range 17 {
		id = append(id, digits[rand.IntN(len(digits))])
	}
	return string(id)
}
