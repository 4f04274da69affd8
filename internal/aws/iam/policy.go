package iam

import (
	"slices"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/iam/types"
	"github.com/ecs-emulator/ecs-emulator/internal/base/store"
)

// Policies are the managed policies of accounts, by their names.
var Policies = store.NewScoped("iam-policy", Account.key, func(p *Policy) string { return p.Account.key(p.Name) })

// Policy is a managed policy: one of an account, or one of AWS's own. Its handlers
// write every field.
type Policy struct {
	Account     Account
	Name        string
	ID          string // ANPA…
	Path        string
	Description string
	CreatedAt   time.Time
	UpdatedAt   time.Time // when its newest version was made
	Versions    []PolicyVersion
	Default     string // id of the version that counts
	Made        int    // versions so far, deleted ones included
	Tags        []types.Tag
}

type PolicyVersion struct {
	ID        string // v1, v2, …
	Document  string
	CreatedAt time.Time
}

func (p *Policy) ARN() string { return p.Account.arn("policy", p.Path, p.Name) }

// AWSManaged reports whether the policy is one of AWS's own, which never changes.
func (p *Policy) AWSManaged() bool { return p.Account.ID == awsAccount }

// Attachable reports whether roles can have the policy: those of service-linked roles
// cannot be attached.
func (p *Policy) Attachable() bool { return !p.AWSManaged() || p.Path != "/aws-service-role/" }

// Version returns the place of a version, -1 if there is none.
func (p *Policy) Version(id string) int {
	return slices.IndexFunc(p.Versions, func(v PolicyVersion) bool { return v.ID == id })
}

// Document is the document of the version that counts.
func (p *Policy) Document() string {
	i := p.Version(p.Default)
	if i < 0 {
		return ""
	}
	return p.Versions[i].Document
}

// PolicyByARN returns the managed policy that an ARN names, one of AWS's own included,
// or nil.
func PolicyByARN(tx *store.Tx, a Account, arn string) *Policy {
	if path, is := cutAWSPolicy(arn, a.Partition); is {
		return awsPoliciesIn(a.Partition).byPath[path]
	}
	p := Policies.Find(tx, a, arn[strings.LastIndexByte(arn, '/')+1:])
	if p == nil || p.ARN() != arn {
		return nil
	}
	return p
}

// Usage counts the roles, users and groups that have a policy, by its ARN.
type Usage map[string]struct{ Attached, Boundary int }

// PolicyUsage counts for all policies that roles, users and groups of the account have.
func PolicyUsage(tx *store.Tx, a Account) Usage {
	usage := Usage{}
	for _, r := range Roles.List(tx, a) {
		usage.add(&r.Permissions)
	}
	for _, u := range Users.List(tx, a) {
		usage.add(&u.Permissions)
	}
	for _, g := range Groups.List(tx, a) {
		usage.add(&g.Permissions)
	}
	return usage
}

// UsageOf counts for the policies that one of them has.
func UsageOf(p *Permissions) Usage {
	usage := Usage{}
	usage.add(p)
	return usage
}

func (u Usage) add(p *Permissions) {
	for _, arn := range p.Attached {
		n := u[arn]
		n.Attached++
		u[arn] = n
	}
	if p.PermissionsBoundary != "" {
		n := u[p.PermissionsBoundary]
		n.Boundary++
		u[p.PermissionsBoundary] = n
	}
}
