package iam_test

import (
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	sdk "github.com/aws/aws-sdk-go-v2/service/iam"
)

func TestAccountsHaveNoAlias(t *testing.T) {
	s := newScene(t)
	out := ok(s, s.ListAccountAliases, &sdk.ListAccountAliasesInput{MaxItems: aws.Int32(1)})
	if out.AccountAliases == nil || len(out.AccountAliases) > 0 || out.IsTruncated || out.Marker != nil {
		t.Errorf("the aliases are %+v", out)
	}
	refused(s, s.ListAccountAliases, &sdk.ListAccountAliasesInput{Marker: aws.String("no marker")}, "ValidationError", "Invalid Marker.")
}
