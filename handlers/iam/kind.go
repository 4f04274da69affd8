package iam

import (
	"context"

	"github.com/aws/aws-sdk-go-v2/aws"

	"github.com/ecs-emulator/ecs-emulator/internal/aws/iam"
	"github.com/ecs-emulator/ecs-emulator/internal/base/store"
)

// kind is a kind of entity that has policies.
type kind[R any] struct {
	rows        *store.Scoped[iam.Account, *R]
	word, title string // in texts: "role" and "Role"
	maxInline   int    // quota of all inline policies together
	most        int    // quota of an account; 0 is none
	name        func(*R) string
	permissions func(*R) *iam.Permissions
	// guard refuses to change the policies of what belongs to a service; nil if none does.
	guard func(*R) error
}

// The quotas of policies are of characters but white space. Accounts get more roles on request, so these are not counted.
// Source: IAM user guide, quotas.
var (
	roles = kind[iam.Role]{
		rows: iam.Roles, word: "role", title: "Role", maxInline: 10240,
		name:        func(r *iam.Role) string { return r.Name },
		permissions: func(r *iam.Role) *iam.Permissions { return &r.Permissions },
		guard:       unlinked,
	}
	users = kind[iam.User]{
		rows: iam.Users, word: "user", title: "User", maxInline: 2048, most: 5000,
		name:        func(u *iam.User) string { return u.Name },
		permissions: func(u *iam.User) *iam.Permissions { return &u.Permissions },
	}
	groups = kind[iam.Group]{
		rows: iam.Groups, word: "group", title: "Group", maxInline: 5120, most: 300,
		name:        func(g *iam.Group) string { return g.Name },
		permissions: func(g *iam.Group) *iam.Permissions { return &g.Permissions },
	}
)

// unlinked refuses a role that belongs to a service.
func unlinked(r *iam.Role) error {
	if r.LinkedTo != "" {
		return protected(r.Name)
	}
	return nil
}

// find returns the entity that a request names.
func (k *kind[R]) find(tx *store.Tx, a iam.Account, name *string) (*R, error) {
	if found := k.rows.Find(tx, a, aws.ToString(name)); found != nil {
		return found, nil
	}
	return nil, noSuchEntity("The %s with name %s cannot be found.", k.word, aws.ToString(name))
}

// read is the start of operations that only read an entity.
func (k *kind[R]) read(ctx context.Context, a *API, name *string) (*R, error) {
	return k.find(a.read(), account(ctx), name)
}

// put writes an entity that a request makes. Source of the text about the quota: field reports.
func (k *kind[R]) put(tx *store.Tx, a iam.Account, made *R) error {
	if err := k.putNamed(tx, a, made); err != nil {
		return err
	}
	if k.most > 0 && len(k.rows.List(tx, a)) > k.most {
		return limitExceeded("Cannot exceed quota for %ssPerAccount: %d", k.title, k.most)
	}
	return nil
}

// putNamed writes an entity whose name is not taken.
func (k *kind[R]) putNamed(tx *store.Tx, a iam.Account, row *R) error {
	if k.rows.Find(tx, a, k.name(row)) != nil {
		return alreadyExists("%s with name %s already exists.", k.title, k.name(row))
	}
	k.rows.Put(tx, row)
	return nil
}

// replace changes an entity that may get another name.
func (k *kind[R]) replace(ctx context.Context, a *API, name *string, change func(tx *store.Tx, row *R)) error {
	return a.update(func(tx *store.Tx) error {
		found, err := k.find(tx, account(ctx), name)
		if err != nil {
			return err
		}
		changed := *found
		change(tx, &changed)
		k.rows.Delete(tx, found)
		return k.putNamed(tx, account(ctx), &changed)
	})
}

// remove removes an entity that has no policies.
func (k *kind[R]) remove(tx *store.Tx, found *R) error {
	switch p := k.permissions(found); {
	case len(p.Attached) > 0:
		return deleteConflict("Cannot delete entity, must detach all policies first.")
	case len(p.Inline) > 0:
		return deleteConflict("Cannot delete entity, must delete policies first.")
	}
	k.rows.Delete(tx, found)
	return nil
}

// change changes a copy of an entity and writes it.
func (k *kind[R]) change(ctx context.Context, a *API, name *string, change func(tx *store.Tx, row *R) error) error {
	return a.update(func(tx *store.Tx) error {
		found, err := k.find(tx, account(ctx), name)
		if err != nil {
			return err
		}
		changed := *found
		if err := change(tx, &changed); err != nil {
			return err
		}
		k.rows.Put(tx, &changed)
		return nil
	})
}

// changePolicies changes the policies of an entity that is not a service's.
func (k *kind[R]) changePolicies(ctx context.Context, a *API, name *string, change func(tx *store.Tx, p *iam.Permissions) error) error {
	return k.change(ctx, a, name, func(tx *store.Tx, row *R) error {
		if k.guard != nil {
			if err := k.guard(row); err != nil {
				return err
			}
		}
		return change(tx, k.permissions(row))
	})
}
