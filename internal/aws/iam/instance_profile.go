package iam

import (
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/iam/types"
	"github.com/ecs-emulator/ecs-emulator/internal/base/store"
)

// InstanceProfiles are the instance profiles of accounts, by their names.
var InstanceProfiles = store.NewScoped("iam-instance-profile", Account.key, func(p *InstanceProfile) string {
	return p.Account.key(p.Name)
})

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

// InstanceProfilesOf returns those that hand out a role, in order of their names.
func InstanceProfilesOf(tx *store.Tx, r *Role) (found []*InstanceProfile) {
	for _, p := range InstanceProfiles.List(tx, r.Account) {
		if strings.EqualFold(p.Role, r.Name) {
			found = append(found, p)
		}
	}
	return found
}
