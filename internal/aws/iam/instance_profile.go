package iam

import (
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/iam/types"
	"github.com/ecs-emulator/ecs-emulator/internal/base/store"
)

var instanceProfiles = store.NewTable("iam-instance-profile", func(p *InstanceProfile) string { return p.Account.key(p.Name) })

// InstanceProfile hands a role to instances. Its handlers write every field.
type InstanceProfile struct {
	Account   Account
	Name      string
	ID        string // AIPA…
	Path      string
	CreatedAt time.Time
	Role      string // name of its role, or empty: there is at most one
	Tags      []types.Tag
}

func (p *InstanceProfile) ARN() string { return p.Account.arn("instance-profile", p.Path, p.Name) }

// FindInstanceProfile returns an instance profile by its name, or nil.
func FindInstanceProfile(tx *store.Tx, a Account, name string) *InstanceProfile {
	return instanceProfiles.Get(tx, a.key(name))
}

// InstanceProfiles returns those of an account, in order of their names.
func InstanceProfiles(tx *store.Tx, a Account) []*InstanceProfile {
	return instanceProfiles.List(tx, a.prefix())
}

// InstanceProfilesOf returns those that hand out a role, in order of their names.
func InstanceProfilesOf(tx *store.Tx, r *Role) (found []*InstanceProfile) {
	for _, p := range InstanceProfiles(tx, r.Account) {
		if strings.EqualFold(p.Role, r.Name) {
			found = append(found, p)
		}
	}
	return found
}

func PutInstanceProfile(tx *store.Tx, p *InstanceProfile) { instanceProfiles.Put(tx, p) }

func DeleteInstanceProfile(tx *store.Tx, p *InstanceProfile) { instanceProfiles.Delete(tx, p) }
