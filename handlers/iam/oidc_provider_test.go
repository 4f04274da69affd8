package iam_test

import (
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	sdk "github.com/aws/aws-sdk-go-v2/service/iam"
	"github.com/aws/aws-sdk-go-v2/service/iam/types"
)

const github = "https://token.actions.githubusercontent.com"

func createProvider(s *scene, url string) *string {
	s.T.Helper()
	return ok(s, s.CreateOpenIDConnectProvider, &sdk.CreateOpenIDConnectProviderInput{Url: &url}).OpenIDConnectProviderArn
}

func TestOIDCProviders(t *testing.T) {
	s := newScene(t)
	a, b := strings.Repeat("a", 40), strings.Repeat("b", 40)
	made := ok(s, s.CreateOpenIDConnectProvider, &sdk.CreateOpenIDConnectProviderInput{
		Url: aws.String(github), ThumbprintList: []string{a}, ClientIDList: []string{"sts.amazonaws.com"},
	})
	arn := made.OpenIDConnectProviderArn
	if *arn != "arn:aws:iam::000000000000:oidc-provider/token.actions.githubusercontent.com" {
		t.Errorf("%s", *arn)
	}
	get := func() *sdk.GetOpenIDConnectProviderOutput {
		t.Helper()
		return ok(s, s.GetOpenIDConnectProvider, &sdk.GetOpenIDConnectProviderInput{OpenIDConnectProviderArn: arn})
	}
	if got := get(); *got.Url != "token.actions.githubusercontent.com" || !slices.Equal(got.ThumbprintList, []string{a}) ||
		!slices.Equal(got.ClientIDList, []string{"sts.amazonaws.com"}) || got.Tags == nil || !got.CreateDate.Equal(s.Now.Truncate(1e9)) {
		t.Errorf("%+v", got)
	}
	refused(s, s.CreateOpenIDConnectProvider, &sdk.CreateOpenIDConnectProviderInput{Url: aws.String(github)},
		"EntityAlreadyExists", "Provider with url "+github+" already exists.")
	bare := createProvider(s, "https://example.com/realms/shop")
	if list := ok(s, s.ListOpenIDConnectProviders, &sdk.ListOpenIDConnectProvidersInput{}).OpenIDConnectProviderList; len(list) != 2 ||
		*list[0].Arn != "arn:aws:iam::000000000000:oidc-provider/example.com/realms/shop" || *list[0].Arn != *bare {
		t.Errorf("%+v", list)
	}

	ok(s, s.UpdateOpenIDConnectProviderThumbprint, &sdk.UpdateOpenIDConnectProviderThumbprintInput{OpenIDConnectProviderArn: arn, ThumbprintList: []string{b, a}})
	for _, id := range []string{"one", "two", "one"} {
		ok(s, s.AddClientIDToOpenIDConnectProvider, &sdk.AddClientIDToOpenIDConnectProviderInput{OpenIDConnectProviderArn: arn, ClientID: &id})
	}
	for range 2 {
		ok(s, s.RemoveClientIDFromOpenIDConnectProvider, &sdk.RemoveClientIDFromOpenIDConnectProviderInput{OpenIDConnectProviderArn: arn, ClientID: aws.String("two")})
	}
	if got := get(); !slices.Equal(got.ThumbprintList, []string{b, a}) || !slices.Equal(got.ClientIDList, []string{"sts.amazonaws.com", "one"}) {
		t.Errorf("%+v", got)
	}

	remove := &sdk.DeleteOpenIDConnectProviderInput{OpenIDConnectProviderArn: arn}
	ok(s, s.DeleteOpenIDConnectProvider, remove)
	refused(s, s.DeleteOpenIDConnectProvider, remove, "NoSuchEntity", "OpenIDConnect Provider not found for arn "+*arn)
	refused(s, s.GetOpenIDConnectProvider, &sdk.GetOpenIDConnectProviderInput{OpenIDConnectProviderArn: aws.String("arn:aws:iam::000000000000:role/role")},
		"NoSuchEntity", "OpenIDConnect Provider not found for arn arn:aws:iam::000000000000:role/role")
}

// The texts were recorded (IAM0018).
func TestRefusedOIDCProviders(t *testing.T) {
	s := newScene(t)
	for _, bad := range []string{"example.org", "http://example.org", "https://", "https://example.org?a=b", "https://example.org#a", "https://a@example.org"} {
		refused(s, s.CreateOpenIDConnectProvider, &sdk.CreateOpenIDConnectProviderInput{Url: &bad}, "ValidationError", "Invalid Open ID Connect Provider URL")
	}
	thumbprints := make([]string, 6)
	for i := range thumbprints {
		thumbprints[i] = strings.Repeat(strconv.Itoa(i), 40)
	}
	refused(s, s.CreateOpenIDConnectProvider, &sdk.CreateOpenIDConnectProviderInput{Url: aws.String(github), ThumbprintList: thumbprints},
		"InvalidInput", "Thumbprint list must contain fewer than 5 entries.")
	ok(s, s.CreateOpenIDConnectProvider, &sdk.CreateOpenIDConnectProviderInput{Url: aws.String(github), ThumbprintList: thumbprints[:5]})
	ids := make([]string, 101)
	for i := range ids {
		ids[i] = strconv.Itoa(i)
	}
	refused(s, s.CreateOpenIDConnectProvider, &sdk.CreateOpenIDConnectProviderInput{Url: aws.String("https://example.com"), ClientIDList: ids},
		"LimitExceeded", "Cannot exceed quota for ClientIdsPerOpenIdConnectProvider: 100")
	long := strings.Repeat("b", 256)
	refused(s, s.CreateOpenIDConnectProvider, &sdk.CreateOpenIDConnectProviderInput{Url: aws.String(github), ThumbprintList: []string{long[:41]}, ClientIDList: []string{long}}, "ValidationError",
		"2 validation errors detected: "+
			"Value at 'clientIDList' failed to satisfy constraint: Member must satisfy constraint: [Member must have length less than or equal to 255, Member must have length greater than or equal to 1]; "+
			"Value at 'thumbprintList' failed to satisfy constraint: Member must satisfy constraint: [Member must have length less than or equal to 40, Member must have length greater than or equal to 40]")
	for i := range 99 {
		createProvider(s, "https://example.com/"+strconv.Itoa(i))
	}
	refused(s, s.CreateOpenIDConnectProvider, &sdk.CreateOpenIDConnectProviderInput{Url: aws.String("https://example.com")},
		"LimitExceeded", "Cannot exceed quota for OpenIdConnectProvidersPerAccount: 100")
}

func TestTagKeysOfOIDCProvidersHaveCase(t *testing.T) {
	s := newScene(t)
	arn := createProvider(s, github)
	tag := func(key, value string) types.Tag { return types.Tag{Key: &key, Value: &value} }
	put := func(tags ...types.Tag) *sdk.TagOpenIDConnectProviderInput {
		return &sdk.TagOpenIDConnectProviderInput{OpenIDConnectProviderArn: arn, Tags: tags}
	}
	ok(s, s.TagOpenIDConnectProvider, put(tag("Team", "first"), tag("team", "second")))
	refused(s, s.TagOpenIDConnectProvider, &sdk.TagOpenIDConnectProviderInput{OpenIDConnectProviderArn: arn, Tags: []types.Tag{}}, "InvalidInput", "The request names no tags.")
	ok(s, s.UntagOpenIDConnectProvider, &sdk.UntagOpenIDConnectProviderInput{OpenIDConnectProviderArn: arn, TagKeys: []string{"TEAM"}})
	refused(s, s.UntagOpenIDConnectProvider, &sdk.UntagOpenIDConnectProviderInput{OpenIDConnectProviderArn: arn, TagKeys: []string{}}, "InvalidInput", "The request names no tags.")
	list := ok(s, s.ListOpenIDConnectProviderTags, &sdk.ListOpenIDConnectProviderTagsInput{OpenIDConnectProviderArn: arn}).Tags
	if len(list) != 2 || *list[0].Key != "Team" || *list[1].Key != "team" {
		t.Errorf("tags %+v", list)
	}
	many := make([]types.Tag, 49)
	for i := range many {
		many[i] = tag("k"+strconv.Itoa(i), "")
	}
	refused(s, s.TagOpenIDConnectProvider, put(many...), "LimitExceeded", "The number of tags has reached the maximum limit.")
}
