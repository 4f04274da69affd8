package iam

import (
	"context"

	"github.com/ecs-emulator/ecs-emulator/internal/aws/iam"
	sdk "github.com/ecs-emulator/ecs-emulator/internal/base/sdk/iam"
	"github.com/ecs-emulator/ecs-emulator/internal/base/store"
)

// CreateAccountAlias gives the account an alias, in place of the one that it has. Aliases are unique within a partition.
// Source: IAM user guide, account aliases; the text is from field reports.
func (a *API) CreateAccountAlias(ctx context.Context, in *sdk.CreateAccountAliasInput) (*sdk.CreateAccountAliasOutput, error) {
	made := &iam.Alias{Account: account(ctx), Alias: *in.AccountAlias}
	return &sdk.CreateAccountAliasOutput{}, a.update(func(tx *store.Tx) error {
		if iam.AliasIsTaken(tx, made.Account.Partition, made.Alias) {
			return alreadyExists("The account alias %s already exists.", made.Alias)
		}
		iam.Aliases.Put(tx, made)
		return nil
	})
}

// ListAccountAliases answers the alias of the account, if it has one.
func (a *API) ListAccountAliases(ctx context.Context, in *sdk.ListAccountAliasesInput) (_ *sdk.ListAccountAliasesOutput, err error) {
	var aliases []string
	if found := iam.AliasOf(a.read(), account(ctx)); found != nil {
		aliases = append(aliases, found.Alias)
	}
	out := &sdk.ListAccountAliasesOutput{}
	out.AccountAliases, out.IsTruncated, out.Marker, err = pageOf(aliases, func(alias string) string { return alias }, in.Marker, in.MaxItems)
	return out, err
}

// DeleteAccountAlias removes the alias of the account. The text about another one is the emulator's.
func (a *API) DeleteAccountAlias(ctx context.Context, in *sdk.DeleteAccountAliasInput) (*sdk.DeleteAccountAliasOutput, error) {
	return &sdk.DeleteAccountAliasOutput{}, a.update(func(tx *store.Tx) error {
		found := iam.AliasOf(tx, account(ctx))
		if found == nil || found.Alias != *in.AccountAlias {
			return noSuchEntity("The account alias with name %s cannot be found.", *in.AccountAlias)
		}
		iam.Aliases.Delete(tx, found)
		return nil
	})
}
