package app

import (
	"github.com/ecs-emulator/ecs-emulator/handlers/iam"
	"github.com/ecs-emulator/ecs-emulator/handlers/sts"
)

// Identity is IAM and Security Token Service, and the keys that roles have.
type Identity struct{ *Core }

// Module lists what it brings.
func (i Identity) Module() Module {
	return Module{
		Name:  "identity",
		Rows:  []string{"iam-access-key", "iam-account-alias", "iam-group", "iam-instance-profile", "iam-oidc-provider", "iam-policy", "iam-role", "iam-role-deletion", "iam-root-key", "iam-user", "session-key"},
		Offer: i.offer,
		Reset: func() error {
			i.Credentials.Forget()
			return nil
		},
	}
}

func (i Identity) offer() Offer {
	identities := iam.New(i.Store, i.Clock.Now, &i.Credentials.KeyUses)
	identities.Stored = i.PolicyStored
	return Offer{APIs: []API{
		identities,
		sts.New(sts.Options{
			Store: i.Store, Sessions: i.Credentials.Sessions, Now: i.Clock.Now, Wall: i.Clock.Wall, StrictRoles: i.StrictRoles,
			Enforce: i.Credentials.Strict, RoleID: i.Credentials.RoleID, Refuse: i.Refuse,
		}),
	}}
}
