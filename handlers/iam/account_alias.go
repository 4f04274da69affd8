package iam

import (
	"context"

	sdk "github.com/ecs-emulator/ecs-emulator/internal/base/sdk/iam"
)

// ListAccountAliases answers no alias: an account has none before CreateAccountAlias, which is not built.
func (a *API) ListAccountAliases(_ context.Context, in *sdk.ListAccountAliasesInput) (*sdk.ListAccountAliasesOutput, error) {
	var err error
	out := &sdk.ListAccountAliasesOutput{}
	out.AccountAliases, out.IsTruncated, out.Marker, err = pageOf([]string{}, func(alias string) string { return alias }, in.Marker, in.MaxItems)
	return out, err
}
