package ssm_test

import (
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	sdk "github.com/aws/aws-sdk-go-v2/service/ssm"
	"github.com/aws/aws-sdk-go-v2/service/ssm/types"
)

func filter(key, option string, values ...string) types.ParameterStringFilter {
	f := types.ParameterStringFilter{Key: &key, Values: values}
	if option != "" {
		f.Option = &option
	}
	return f
}

// hierarchy puts parameters of some types and paths.
func hierarchy(s *scene) {
	s.T.Helper()
	for _, p := range []struct{ name, kind string }{
		{"/shop/string", "String"}, {"/shop/list", "StringList"}, {"/shop/nested/secure", "SecureString"}, {"/shop/nested/string", "String"},
		{"/shopping", "String"}, {"bare", "String"},
	} {
		ok(s, s.PutParameter, &sdk.PutParameterInput{
			Name: &p.name, Value: aws.String("value of " + p.name), Type: types.ParameterType(p.kind),
			Tags: []types.Tag{{Key: aws.String("kind"), Value: &p.kind}},
		})
	}
}

func byPath(s *scene, path string, deep bool, filters ...types.ParameterStringFilter) string {
	s.T.Helper()
	out := ok(s, s.GetParametersByPath, &sdk.GetParametersByPathInput{Path: &path, Recursive: &deep, ParameterFilters: filters, WithDecryption: aws.Bool(true)})
	for _, p := range out.Parameters {
		if *p.Value != "value of "+*p.Name {
			s.T.Errorf("%s is %s", *p.Name, *p.Value)
		}
	}
	return names(out.Parameters)
}

func TestParametersOfAHierarchy(t *testing.T) {
	s := newScene(t)
	hierarchy(s)
	for _, c := range []struct {
		path    string
		deep    bool
		filters []types.ParameterStringFilter
		want    string
	}{
		{"/shop", false, nil, "/shop/list /shop/string"},
		{"/shop/", true, nil, "/shop/list /shop/nested/secure /shop/nested/string /shop/string"},
		{"/", false, nil, "/shopping bare"},
		{"/none", true, nil, ""},
		{"/shop", true, []types.ParameterStringFilter{filter("Type", "", "String", "StringList")}, "/shop/list /shop/nested/string /shop/string"},
		{"/shop", true, []types.ParameterStringFilter{filter("Type", "BeginsWith", "String")}, "/shop/list /shop/nested/string /shop/string"},
		{"/shop", true, []types.ParameterStringFilter{filter("KeyId", "Equals", "alias/aws/ssm")}, "/shop/nested/secure"},
	} {
		if got := byPath(s, c.path, c.deep, c.filters...); got != c.want {
			t.Errorf("%s: got %s, want %s", c.path, got, c.want)
		}
	}
}

func TestPublicParametersOfAHierarchy(t *testing.T) {
	s := newScene(t)
	path := "/aws/service/ecs/optimized-ami/amazon-linux-2023/recommended"
	out := ok(s, s.GetParametersByPath, &sdk.GetParametersByPathInput{Path: &path})
	if len(out.Parameters) != 8 || *out.Parameters[2].Name != path+"/image_id" {
		t.Errorf("got %s", names(out.Parameters))
	}
	if all := byPath(s, "/", true); all != "" {
		t.Errorf("the account has %s", all)
	}
}

// A filter by label answers the version that has it, without a selector (SSM0005).
func TestVersionsOfAHierarchyByLabel(t *testing.T) {
	s := newScene(t)
	put(s, "/shop/a", "one")
	attach(s, "/shop/a", 1, "historical")
	put(s, "/shop/a", "two")
	put(s, "/shop/b", "other")
	out := ok(s, s.GetParametersByPath, &sdk.GetParametersByPathInput{
		Path: aws.String("/shop"), ParameterFilters: []types.ParameterStringFilter{filter("Label", "", "historical")},
	})
	if p := out.Parameters; len(p) != 1 || *p[0].Value != "one" || p[0].Version != 1 || p[0].Selector != nil {
		t.Errorf("got %+v", p)
	}
}

func TestFiltersAreRefused(t *testing.T) {
	s := newScene(t)
	for _, c := range []struct {
		filter     types.ParameterStringFilter
		code, text string
	}{
		{filter("Name", "Equals", "/a"), "InvalidFilterKey", ""},
		{filter("Type", "Contains", "String"), "InvalidFilterOption", "The following filter option is not valid: Contains. Valid options include: [BeginsWith, Equals]."},
		{filter("Label", "BeginsWith", "st"), "InvalidFilterOption", "The following filter option is not valid: BeginsWith. Valid options include: [Equals]."},
		{filter("Label", "", "a", "b"), "InvalidFilterValue", "The following filter Label can have only one value"},
	} {
		refused(s, s.GetParametersByPath, &sdk.GetParametersByPathInput{Path: aws.String("/a"), ParameterFilters: []types.ParameterStringFilter{c.filter}}, c.code, c.text)
	}
	refused(s, s.DescribeParameters, &sdk.DescribeParametersInput{ParameterFilters: []types.ParameterStringFilter{filter("Name", "", "/a"), filter("Type", "")}},
		"InvalidFilterValue", "The following filter values are missing : null for filter key Type.")
	refused(s, s.DescribeParameters, &sdk.DescribeParametersInput{ParameterFilters: []types.ParameterStringFilter{filter("Label", "", "x")}},
		"InvalidFilterKey", "") // the SDK's client does not read the text; SSM0005 does
	refused(s, s.DescribeParameters, &sdk.DescribeParametersInput{Shared: aws.Bool(true)},
		"NotImplementedException", "ecs-emulator does not implement parameters that others share; see https://github.com/ecs-emulator/ecs-emulator/blob/main/docs/reference/compatibility/ssm.md.")
	_, err := s.GetParametersByPath(t.Context(), &sdk.GetParametersByPathInput{Path: aws.String("shop")})
	if err == nil || !strings.Contains(err.Error(), `The parameter name must begin with a forward slash "/"`) {
		t.Errorf("got %v", err)
	}
}

func TestFiltersOfTheOldKindAreRefused(t *testing.T) {
	s := newScene(t)
	hierarchy(s)
	for _, c := range []struct {
		filter types.ParametersFilter
		text   string
	}{
		{types.ParametersFilter{Key: "Foo", Values: []string{"x"}}, "Value 'Foo' at 'filters.1.member.key' failed to satisfy constraint: Member must satisfy enum value set: [Name, Type, KeyId]"},
		{types.ParametersFilter{Key: "Name", Values: []string{}}, "Value '[]' at 'filters.1.member.values' failed to satisfy constraint: Member must have length greater than or equal to 1"},
	} {
		refused(s, s.DescribeParameters, &sdk.DescribeParametersInput{Filters: []types.ParametersFilter{c.filter}},
			"ValidationException", "1 validation error detected: "+c.text)
	}
}

func TestParametersAreDescribed(t *testing.T) {
	s := newScene(t)
	hierarchy(s)
	described := func(in *sdk.DescribeParametersInput) string {
		t.Helper()
		var all []string
		for _, p := range ok(s, s.DescribeParameters, in).Parameters {
			all = append(all, *p.Name)
		}
		return strings.Join(all, " ")
	}
	for want, filters := range map[string][]types.ParameterStringFilter{
		"/shop/list /shop/nested/secure /shop/nested/string /shop/string /shopping": {filter("Name", "BeginsWith", "/shop")},
		"/shop/nested/secure /shop/nested/string":                                   {filter("Path", "", "/shop/nested")},
		"/shop/nested/secure":              {filter("Path", "Recursive", "/shop"), filter("tag:kind", "", "SecureString")},
		"/shop/nested/string /shop/string": {filter("Name", "Contains", "string")},
		"bare":                             {filter("Name", "", "bare")},
		"":                                 {filter("Tier", "", "Advanced")},
	} {
		if got := described(&sdk.DescribeParametersInput{ParameterFilters: filters}); got != want {
			t.Errorf("got %s, want %s", got, want)
		}
	}
	old := &sdk.DescribeParametersInput{Filters: []types.ParametersFilter{{Key: types.ParametersFilterKeyName, Values: []string{"/shop/n"}}}}
	if got := described(old); got != "/shop/nested/secure /shop/nested/string" {
		t.Errorf("filters of the old kind: %s", got)
	}
	var seen []string
	pages := sdk.NewDescribeParametersPaginator(s, &sdk.DescribeParametersInput{MaxResults: aws.Int32(4)})
	for pages.HasMorePages() {
		page, err := pages.NextPage(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		for _, p := range page.Parameters {
			seen = append(seen, *p.Name)
		}
	}
	if len(seen) != 6 {
		t.Errorf("pages have %s", seen)
	}
}
