package ecs_test

import (
	"fmt"
	"slices"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	sdk "github.com/aws/aws-sdk-go-v2/service/ecs"
	"github.com/aws/aws-sdk-go-v2/service/ecs/types"
)

func (s *server) createClusters(t testing.TB, names ...string) {
	t.Helper()
	for _, name := range names {
		must[*sdk.CreateClusterOutput](t)(s.CreateCluster(ctx, &sdk.CreateClusterInput{ClusterName: &name}))
	}
}

func TestPagesNeitherRepeatNorHideRows(t *testing.T) {
	s := newServer(t)
	var names []string
	for i := range 7 {
		names = append(names, fmt.Sprintf("c%d", i))
	}
	s.createClusters(t, names...)

	var seen []string
	p := sdk.NewListClustersPaginator(s, &sdk.ListClustersInput{MaxResults: aws.Int32(3)})
	for page := 1; p.HasMorePages(); page++ {
		out := must[*sdk.ListClustersOutput](t)(p.NextPage(ctx))
		seen = append(seen, out.ClusterArns...)
		if page == 1 {
			// Rows that come and go behind the last one and before it.
			s.createClusters(t, "a", "c9")
			must[*sdk.DeleteClusterOutput](t)(s.DeleteCluster(ctx, &sdk.DeleteClusterInput{Cluster: aws.String("c2")}))
		}
	}
	want := []string{}
	for _, name := range []string{"c0", "c1", "c2", "c3", "c4", "c5", "c6", "c9", "default"} {
		want = append(want, testScope.Cluster(name))
	}
	if !slices.Equal(seen, want) {
		t.Errorf("listed %v\nwant   %v", seen, want)
	}
}

func TestTokensAreBoundToTheirQuery(t *testing.T) {
	s := newServer(t)
	s.createClusters(t, "one", "two", "three")
	for range 3 {
		s.register(t, "web")
	}
	first := must[*sdk.ListClustersOutput](t)(s.ListClusters(ctx, &sdk.ListClustersInput{MaxResults: aws.Int32(1)}))
	if first.NextToken == nil {
		t.Fatal("no token although there is more")
	}
	_, err := s.ListTaskDefinitions(ctx, &sdk.ListTaskDefinitionsInput{NextToken: first.NextToken})
	refused(t, err, "InvalidParameterException", "Invalid token.")
	_, err = clientOf(s.url, "us-east-1", testAccount).ListClusters(ctx, &sdk.ListClustersInput{NextToken: first.NextToken})
	refused(t, err, "InvalidParameterException", "Invalid token.")
	edited := *first.NextToken // to another text for the same bytes
	edited = edited[:len(edited)-1] + string(edited[len(edited)-1]+1)
	for _, token := range []string{"x", "AAAAAAAAAAAAAAAA", *first.NextToken + "A", *first.NextToken + "\n", edited} {
		_, err = s.ListClusters(ctx, &sdk.ListClustersInput{NextToken: &token})
		refused(t, err, "InvalidParameterException", "Invalid token.")
	}

	defs := must[*sdk.ListTaskDefinitionsOutput](t)(s.ListTaskDefinitions(ctx, &sdk.ListTaskDefinitionsInput{
		FamilyPrefix: aws.String("web"), MaxResults: aws.Int32(2),
	}))
	_, err = s.ListTaskDefinitions(ctx, &sdk.ListTaskDefinitionsInput{
		FamilyPrefix: aws.String("web"), Sort: types.SortOrderDesc, NextToken: defs.NextToken,
	})
	refused(t, err, "InvalidParameterException", "Invalid token.")
}

func TestPageSizes(t *testing.T) {
	s := newServer(t)
	for _, size := range []int32{-1, 0, 101} {
		_, err := s.ListClusters(ctx, &sdk.ListClustersInput{MaxResults: aws.Int32(size)})
		refused(t, err, "InvalidParameterException", fmt.Sprintf("%d should be between 1 and 100", size))
	}
	_, err := s.ListAccountSettings(ctx, &sdk.ListAccountSettingsInput{MaxResults: 11})
	refused(t, err, "InvalidParameterException", "11 should be between 1 and 10")
	out := must[*sdk.ListClustersOutput](t)(s.ListClusters(ctx, &sdk.ListClustersInput{MaxResults: aws.Int32(1)}))
	if len(out.ClusterArns) != 1 || out.NextToken != nil {
		t.Errorf("the only cluster fills its page: got %v, token %v", out.ClusterArns, out.NextToken)
	}
}

// TestTokenOfListServices outlives the service that it names, and is bound to its query.
func TestTokenOfListServices(t *testing.T) {
	s := newServer(t)
	s.fargate(t, "web")
	for _, name := range []string{"a", "b", "c"} {
		s.create(t, serviceInput(name, "web"))
	}
	first := must[*sdk.ListServicesOutput](t)(s.ListServices(ctx, &sdk.ListServicesInput{MaxResults: aws.Int32(1)}))
	must[*sdk.DeleteServiceOutput](t)(s.DeleteService(ctx, &sdk.DeleteServiceInput{Service: aws.String("a"), Force: aws.Bool(true)}))
	rest := must[*sdk.ListServicesOutput](t)(s.ListServices(ctx, &sdk.ListServicesInput{NextToken: first.NextToken}))
	if want := []string{testScope.Service("default", "b"), testScope.Service("default", "c")}; !slices.Equal(rest.ServiceArns, want) {
		t.Errorf("listed %v, want %v", rest.ServiceArns, want)
	}
	_, err := s.ListServices(ctx, &sdk.ListServicesInput{NextToken: first.NextToken, LaunchType: types.LaunchTypeFargate})
	refused(t, err, "InvalidParameterException", "Invalid token.")
}
