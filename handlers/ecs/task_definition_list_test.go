package ecs_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	sdk "github.com/aws/aws-sdk-go-v2/service/ecs"
	"github.com/aws/aws-sdk-go-v2/service/ecs/types"
)

// listTaskDefinitions lists page by page, family:revision each.
func (s *server) listTaskDefinitions(t testing.TB, in *sdk.ListTaskDefinitionsInput) string {
	t.Helper()
	in.MaxResults = aws.Int32(3)
	var names []string
	for p := sdk.NewListTaskDefinitionsPaginator(s, in); p.HasMorePages(); {
		for _, arn := range must[*sdk.ListTaskDefinitionsOutput](t)(p.NextPage(ctx)).TaskDefinitionArns {
			_, name, _ := strings.Cut(arn, "/")
			names = append(names, name)
		}
	}
	return strings.Join(names, " ")
}

func TestListTaskDefinitions(t *testing.T) {
	s := newServer(t)
	for range 11 {
		s.register(t, "web")
	}
	s.register(t, "web-admin")
	s.register(t, "api")
	for i := range 8 {
		s.deregister(t, fmt.Sprintf("web:%d", i+1))
	}
	s.delete(t, "web:1")
	for _, c := range []struct {
		in   sdk.ListTaskDefinitionsInput
		want string
	}{
		{sdk.ListTaskDefinitionsInput{}, "api:1 web:9 web:10 web:11 web-admin:1"},
		{sdk.ListTaskDefinitionsInput{Sort: types.SortOrderDesc}, "web-admin:1 web:11 web:10 web:9 api:1"},
		{sdk.ListTaskDefinitionsInput{FamilyPrefix: aws.String("web")}, "web:9 web:10 web:11"},
		{sdk.ListTaskDefinitionsInput{FamilyPrefix: aws.String("we")}, ""},
		{sdk.ListTaskDefinitionsInput{Status: types.TaskDefinitionStatusInactive}, "web:2 web:3 web:4 web:5 web:6 web:7 web:8"},
		{sdk.ListTaskDefinitionsInput{Status: types.TaskDefinitionStatusDeleteInProgress}, "web:1"},
	} {
		if got := s.listTaskDefinitions(t, &c.in); got != c.want {
			t.Errorf("%+v:\ngot  %s\nwant %s", c.in, got, c.want)
		}
	}
}

func TestListTaskDefinitionFamilies(t *testing.T) {
	s := newServer(t)
	for _, family := range []string{"web", "web-admin", "api"} {
		s.register(t, family)
	}
	s.deregister(t, "web-admin:1")
	for _, c := range []struct {
		prefix string
		status types.TaskDefinitionFamilyStatus
		want   []string
	}{
		{"", "", []string{"api", "web", "web-admin"}},
		{"", types.TaskDefinitionFamilyStatusAll, []string{"api", "web", "web-admin"}},
		{"w", types.TaskDefinitionFamilyStatusActive, []string{"web"}},
		{"we", types.TaskDefinitionFamilyStatusInactive, []string{"web-admin"}},
	} {
		out := must[*sdk.ListTaskDefinitionFamiliesOutput](t)(s.ListTaskDefinitionFamilies(ctx, &sdk.ListTaskDefinitionFamiliesInput{
			FamilyPrefix: &c.prefix, Status: c.status,
		}))
		if !slices.Equal(out.Families, c.want) {
			t.Errorf("%s %s: got %v, want %v", c.prefix, c.status, out.Families, c.want)
		}
	}
}
