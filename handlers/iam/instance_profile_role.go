package iam

import (
	"context"
	"strings"

	"github.com/ecs-emulator/ecs-emulator/internal/aws/iam"
	sdk "github.com/ecs-emulator/ecs-emulator/internal/base/sdk/iam"
	"github.com/ecs-emulator/ecs-emulator/internal/base/store"
)

// AddRoleToInstanceProfile gives an instance profile its role; there is at most one
// (IAM0007).
func (a *API) AddRoleToInstanceProfile(ctx context.Context, in *sdk.AddRoleToInstanceProfileInput) (*sdk.AddRoleToInstanceProfileOutput, error) {
	return &sdk.AddRoleToInstanceProfileOutput{}, a.changeRoleOf(ctx, in.InstanceProfileName, in.RoleName, func(p *iam.InstanceProfile, r *iam.Role) error {
		switch {
		case r.LinkedTo != "":
			return protected(r.Name)
		case p.Role != "":
			return limitExceeded("Cannot exceed quota for InstanceSessionsPerInstanceProfile: 1")
		}
		p.Role = r.Name
		return nil
	})
}

// RemoveRoleFromInstanceProfile takes it away.
func (a *API) RemoveRoleFromInstanceProfile(ctx context.Context, in *sdk.RemoveRoleFromInstanceProfileInput) (*sdk.RemoveRoleFromInstanceProfileOutput, error) {
	return &sdk.RemoveRoleFromInstanceProfileOutput{}, a.changeRoleOf(ctx, in.InstanceProfileName, in.RoleName, func(p *iam.InstanceProfile, r *iam.Role) error {
		if !strings.EqualFold(p.Role, r.Name) {
			return noSuchEntity("Role %s in Instance Profile %s cannot be found.", r.Name, p.Name)
		}
		p.Role = ""
		return nil
	})
}

// changeRoleOf changes the role of an instance profile. Both must exist.
func (a *API) changeRoleOf(ctx context.Context, profile, ofRole *string, change func(*iam.InstanceProfile, *iam.Role) error) error {
	return a.changeInstanceProfile(ctx, profile, func(tx *store.Tx, p *iam.InstanceProfile) error {
		r, err := roles.find(tx, p.Account, ofRole)
		if err != nil {
			return err
		}
		return change(p, r)
	})
}

// changeInstanceProfile changes a copy of an instance profile and writes it.
func (a *API) changeInstanceProfile(ctx context.Context, name *string, change func(tx *store.Tx, p *iam.InstanceProfile) error) error {
	return a.update(func(tx *store.Tx) error {
		found, err := instanceProfile(tx, account(ctx), name)
		if err != nil {
			return err
		}
		changed := *found
		if err := change(tx, &changed); err != nil {
			return err
		}
		iam.InstanceProfiles.Put(tx, &changed)
		return nil
	})
}
