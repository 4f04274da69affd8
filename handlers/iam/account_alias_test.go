package iam_test

import (
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	sdk "github.com/aws/aws-sdk-go-v2/service/iam"

	ouriam "github.com/ecs-emulator/ecs-emulator/internal/aws/iam"
	"github.com/ecs-emulator/ecs-emulator/internal/base/store"
)

func TestAliasOfAnAccount(t *testing.T) {
	s := newScene(t)
	out := ok(s, s.ListAccountAliases, &sdk.ListAccountAliasesInput{MaxItems: aws.Int32(1)})
	if out.AccountAliases == nil || len(out.AccountAliases) > 0 || out.IsTruncated || out.Marker != nil {
		t.Errorf("the aliases are %+v", out)
	}
	refused(s, s.ListAccountAliases, &sdk.ListAccountAliasesInput{Marker: aws.String("no marker")}, "ValidationError", "Invalid Marker.")

	create := func(alias string) *sdk.CreateAccountAliasInput {
		return &sdk.CreateAccountAliasInput{AccountAlias: &alias}
	}
	for _, bad := range []string{"shop--dev", "-shop", "Shop", "shop-"} {
		refused(s, s.CreateAccountAlias, create(bad), "ValidationError",
			"1 validation error detected: Value at 'accountAlias' failed to satisfy constraint: Member must satisfy regular expression pattern: ^[a-z0-9]([a-z0-9]|-(?!-)){1,61}[a-z0-9]$")
	}
	ok(s, s.CreateAccountAlias, create("shop"))
	ok(s, s.CreateAccountAlias, create("shop-dev"))
	if list := ok(s, s.ListAccountAliases, &sdk.ListAccountAliasesInput{}).AccountAliases; len(list) != 1 || list[0] != "shop-dev" {
		t.Errorf("the aliases are %q", list)
	}
	other := &ouriam.Alias{Account: ouriam.Account{Partition: "aws", ID: "111122223333"}, Alias: "taken"}
	if err := s.Store.Update(func(tx *store.Tx) error { ouriam.Aliases.Put(tx, other); return nil }); err != nil {
		t.Fatal(err)
	}
	refused(s, s.CreateAccountAlias, create("taken"), "EntityAlreadyExists", "The account alias taken already exists.")
	refused(s, s.DeleteAccountAlias, &sdk.DeleteAccountAliasInput{AccountAlias: aws.String("taken")},
		"NoSuchEntity", "The account alias with name taken cannot be found.")
	ok(s, s.DeleteAccountAlias, &sdk.DeleteAccountAliasInput{AccountAlias: aws.String("shop-dev")})
	ok(s, s.CreateAccountAlias, create("shop-dev"))
}
