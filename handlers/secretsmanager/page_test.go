package secretsmanager_test

import (
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	sdk "github.com/aws/aws-sdk-go-v2/service/secretsmanager"
	"github.com/aws/aws-sdk-go-v2/service/secretsmanager/types"
)

// Secrets and versions that come and go between the pages move no others.
func TestPagesOfSecrets(t *testing.T) {
	s := newScene(t)
	for _, name := range []string{"b", "c", "a", "d"} {
		s.Now = s.Now.Add(time.Second)
		createSecret(s, name, "x")
	}
	for _, c := range []struct {
		in    sdk.ListSecretsInput
		first string
		rest  string // without a, and with aa
	}{
		{sdk.ListSecretsInput{}, "b c a", "d aa"},
		{sdk.ListSecretsInput{SortOrder: types.SortOrderTypeDesc}, "d a c", "b"},
		{sdk.ListSecretsInput{SortBy: types.SortByTypeName}, "a b c", "d"},
		{sdk.ListSecretsInput{SortBy: types.SortByTypeName, SortOrder: types.SortOrderTypeDesc}, "d c b", "aa"},
	} {
		c.in.MaxResults = aws.Int32(3)
		page := ok(s, s.ListSecrets, &c.in)
		var names []string
		for _, e := range page.SecretList {
			names = append(names, *e.Name)
		}
		ok(s, s.DeleteSecret, &sdk.DeleteSecretInput{SecretId: aws.String("a")})
		s.Now = s.Now.Add(time.Second)
		createSecret(s, "aa", "x")
		c.in.NextToken = page.NextToken
		if rest := listed(s, &c.in); strings.Join(names, " ") != c.first || rest != c.rest {
			t.Errorf("sorted by %s %s: got %s, then %s; want %s, then %s", c.in.SortBy, c.in.SortOrder, names, rest, c.first, c.rest)
		}
		ok(s, s.DeleteSecret, &sdk.DeleteSecretInput{SecretId: aws.String("aa"), ForceDeleteWithoutRecovery: aws.Bool(true)})
		ok(s, s.RestoreSecret, &sdk.RestoreSecretInput{SecretId: aws.String("a")})
	}
	refused(s, s.ListSecrets, &sdk.ListSecretsInput{NextToken: aws.String("bm9uZQ==")}, "InvalidNextTokenException", "Invalid pagination token.")

	put(s, "b", two, "2", "TWO")
	in := &sdk.ListSecretVersionIdsInput{SecretId: aws.String("b"), MaxResults: aws.Int32(1)}
	newest := ok(s, s.ListSecretVersionIds, in)
	s.Now = s.Now.Add(time.Second)
	put(s, "b", three, "3", "THREE")
	in.NextToken = newest.NextToken
	if rest := ok(s, s.ListSecretVersionIds, in).Versions; *newest.Versions[0].VersionId != two || len(rest) != 1 || *rest[0].VersionId != one {
		t.Errorf("after %s comes %+v", *newest.Versions[0].VersionId, rest)
	}
}
