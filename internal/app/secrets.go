package app

import (
	"time"

	"github.com/ecs-emulator/ecs-emulator/handlers/awsapi"
	"github.com/ecs-emulator/ecs-emulator/handlers/secretsmanager"
	"github.com/ecs-emulator/ecs-emulator/handlers/ssm"
	"github.com/ecs-emulator/ecs-emulator/internal/app/credentials"
	secrets "github.com/ecs-emulator/ecs-emulator/internal/aws/secretsmanager"
	"github.com/ecs-emulator/ecs-emulator/internal/base/store"
)

// Secrets are Secrets Manager and Systems Manager's parameters, with the operations of Session Manager.
type Secrets struct {
	*Core
	Sessions *Sessions
	// Strict finds a secret by its exact ARN only.
	Strict bool

	ssm   *ssm.API
	other credentials.ToldARNs // that a secret with another suffix stands for
}

// Module lists what it brings.
func (s *Secrets) Module() Module {
	return Module{
		Name:    "secrets",
		Rows:    []string{"ssm-key", "ssm-parameter", "ssm-parameter-version", "secretsmanager-value"},
		Forgets: []Forgetting{{[]string{"secretsmanager-secret"}, func(tx *store.Tx, now time.Time) { secrets.Purge(tx, now) }}},
		Offer:   s.offer,
		Reset: func() error {
			s.other.Forget()
			return nil
		},
	}
}

func (s *Secrets) offer() Offer {
	s.ssm = ssm.New(ssm.Options{Store: s.Store, Now: s.Clock.Now, Sessions: s.Sessions.Kernel()})
	return Offer{APIs: []API{
		s.ssm, secretsmanager.New(secretsmanager.Options{Store: s.Store, Now: s.Clock.Now, OtherSuffix: s.otherSuffix(), Stored: s.PolicyStored}),
	}}
}

// Kept are the operations that stay where the rest of Systems Manager is left to the upstream.
func (s *Secrets) Kept() (kept []awsapi.Service) {
	if s.Leaves("ssm") {
		kept = append(kept, s.ssm.SessionManager())
	}
	return kept
}

// otherSuffix has the log tell of secrets that are found by ARNs with other suffixes; nil has them
// not found.
func (s *Secrets) otherSuffix() func(asked, found string) {
	if s.Strict {
		return nil
	}
	return func(asked, found string) {
		if s.other.IsNew(asked) {
			s.Log.Info("found a secret by an ARN with another suffix; --any-secret-suffix=false refuses it", "asked", asked, "secret", found)
		}
	}
}
