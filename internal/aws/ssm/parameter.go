// Package ssm is the rows of Systems Manager's Parameter Store: parameters, their versions,
// and the keys that SecureStrings are encrypted with.
//
// Functions take the transaction of package store, so a parameter and rows of another
// service change together.
package ssm

import (
	"slices"
	"strings"
	"time"

	"github.com/ecs-emulator/ecs-emulator/internal/base/arn"
	"github.com/ecs-emulator/ecs-emulator/internal/base/store"
)

var parameters = store.NewTable("ssm-parameter", func(p *Parameter) string { return key(p.Scope, p.Name) })

// Parameter is what all versions of a parameter have in common. Its handlers write every
// field.
type Parameter struct {
	Scope     arn.Scope
	Name      string // as it was put first; with and without a leading slash it is the same (SSM0002)
	CreatedAt time.Time
	Latest    int64 // the number of its newest version
	Tags      []Tag // in the order in which they came (SSM0007)
}

type Tag struct {
	Key, Value string
}

func (p *Parameter) ARN() string { return ARN(p.Scope, p.Name) }

// ARN is the ARN of a parameter with a name.
func ARN(s arn.Scope, name string) string { return Prefix(s) + bare(name) }

// Prefix is what the ARNs of a scope's parameters begin with.
func Prefix(s arn.Scope) string {
	return "arn:" + s.Partition() + ":ssm:" + s.Region + ":" + s.Account + ":parameter/"
}

// bare is a name as it stands in ARNs and keys.
func bare(name string) string { return strings.TrimPrefix(name, "/") }

func key(s arn.Scope, name string) string { return prefix(s) + bare(name) }

func prefix(s arn.Scope) string { return s.Region + ":" + s.Account + ":" }

// FindParameter returns the parameter with a name, or nil. One whose newest version was left out as damaged is none.
func FindParameter(tx *store.Tx, s arn.Scope, name string) *Parameter {
	p := parameters.Get(tx, key(s, name))
	if p == nil || LatestVersion(tx, p) == nil {
		return nil
	}
	return p
}

// Parameters returns the parameters of a scope whose names begin with a prefix, in order of
// their names.
func Parameters(tx *store.Tx, s arn.Scope, name string) []*Parameter {
	return slices.DeleteFunc(parameters.List(tx, key(s, name)), func(p *Parameter) bool { return LatestVersion(tx, p) == nil })
}

func PutParameter(tx *store.Tx, p *Parameter) { parameters.Put(tx, p) }

// DeleteParameter removes a parameter with all its versions.
func DeleteParameter(tx *store.Tx, p *Parameter) {
	for _, v := range Versions.List(tx, p) {
		Versions.Delete(tx, v)
	}
	parameters.Delete(tx, p)
}
