package acm

import (
	"context"

	"github.com/ecs-emulator/ecs-emulator/handlers/awsapi"
	"github.com/ecs-emulator/ecs-emulator/internal/aws/acm"
	sdk "github.com/ecs-emulator/ecs-emulator/internal/base/sdk/acm"
	"github.com/ecs-emulator/ecs-emulator/internal/base/sdk/acm/types"
	"github.com/ecs-emulator/ecs-emulator/internal/base/store"
)

// GetAccountConfiguration answers when events about a certificate would begin.
func (a *API) GetAccountConfiguration(ctx context.Context, _ *sdk.GetAccountConfigurationInput) (*sdk.GetAccountConfigurationOutput, error) {
	account := acm.FindAccount(a.read(), awsapi.CallScope(ctx))
	return &sdk.GetAccountConfigurationOutput{ExpiryEvents: &types.ExpiryEventsConfiguration{DaysBeforeExpiry: &account.DaysBeforeExpiry}}, nil
}

// PutAccountConfiguration keeps when events about a certificate would begin. None are sent.
func (a *API) PutAccountConfiguration(ctx context.Context, in *sdk.PutAccountConfigurationInput) (*sdk.PutAccountConfigurationOutput, error) {
	var days *int32
	if in.ExpiryEvents != nil {
		days = in.ExpiryEvents.DaysBeforeExpiry
	}
	if days == nil { // Source: field reports
		return nil, invalid("Configuration for events is empty.")
	}
	return &sdk.PutAccountConfigurationOutput{}, a.update(func(tx *store.Tx) error {
		account := acm.FindAccount(tx, awsapi.CallScope(ctx))
		account.DaysBeforeExpiry = *days
		acm.PutAccount(tx, &account)
		return nil
	})
}
