package cloudwatchlogs_test

import (
	"slices"
	"strconv"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	sdk "github.com/aws/aws-sdk-go-v2/service/cloudwatchlogs"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatchlogs/types"

	"github.com/ecs-emulator/ecs-emulator/handlers/cloudwatchlogs"
)

const document = `{"Version":"2012-10-17","Statement":[]}`

func (s *scene) putPolicy(name, document string) (*sdk.PutResourcePolicyOutput, error) {
	return s.PutResourcePolicy(s.Context(), &sdk.PutResourcePolicyInput{PolicyName: &name, PolicyDocument: &document})
}

func (s *scene) policies() (names []string) {
	s.Helper()
	in := sdk.DescribeResourcePoliciesInput{Limit: aws.Int32(2)}
	for more := true; more; more = in.NextToken != nil {
		out, err := s.DescribeResourcePolicies(s.Context(), &in)
		s.must(err)
		for _, p := range out.ResourcePolicies {
			names = append(names, *p.PolicyName)
		}
		in.NextToken = out.NextToken
	}
	return names
}

func TestAResourcePolicyIsKept(t *testing.T) {
	s := newScene(t)
	_, err := s.putPolicy("events", "{}")
	s.must(err)
	s.now = start.Add(time.Minute)
	put, err := s.putPolicy("events", document)
	s.must(err)
	out, err := s.DescribeResourcePolicies(t.Context(), &sdk.DescribeResourcePoliciesInput{})
	s.must(err)
	if len(out.ResourcePolicies) != 1 {
		t.Fatalf("got %d policies", len(out.ResourcePolicies))
	}
	for _, p := range []types.ResourcePolicy{*put.ResourcePolicy, out.ResourcePolicies[0]} {
		if *p.PolicyName != "events" || *p.PolicyDocument != document || *p.LastUpdatedTime != s.now.UnixMilli() || p.PolicyScope != types.PolicyScopeAccount {
			t.Errorf("got %+v", p)
		}
	}
	for range 2 {
		_, err = s.DeleteResourcePolicy(t.Context(), &sdk.DeleteResourcePolicyInput{PolicyName: aws.String("events")})
	}
	s.refused(err, "ResourceNotFoundException", "Policy with name [events] does not exist.")
	if names := s.policies(); len(names) > 0 {
		t.Errorf("left are %v", names)
	}
}

func TestAnAccountHasTenResourcePolicies(t *testing.T) {
	s := newScene(t)
	var want []string
	for i := range 10 {
		want = append(want, strconv.Itoa(9-i))
		_, err := s.putPolicy(want[i], document)
		s.must(err)
	}
	_, err := s.putPolicy("more", document)
	s.refused(err, "LimitExceededException", "Resource limit exceeded.")
	_, err = s.putPolicy("3", document)
	s.must(err)
	slices.Sort(want)
	if names := s.policies(); !slices.Equal(names, want) {
		t.Errorf("got %v", names)
	}
}

func TestABadResourcePolicyIsRefused(t *testing.T) {
	s := newScene(t)
	for _, in := range []sdk.PutResourcePolicyInput{
		{}, {PolicyName: aws.String("a")}, {PolicyDocument: aws.String(document)},
		{PolicyName: aws.String("a"), PolicyDocument: aws.String("[]")}, {PolicyName: aws.String("a"), PolicyDocument: aws.String("{")},
		{PolicyName: aws.String("a"), PolicyDocument: aws.String(document), ResourceArn: aws.String(groupARN)},
	} {
		if out, err := s.PutResourcePolicy(t.Context(), &in); err == nil {
			t.Errorf("%+v: got %+v", in, out)
		}
	}
	if _, err := s.DescribeResourcePolicies(t.Context(), &sdk.DescribeResourcePoliciesInput{PolicyScope: types.PolicyScopeResource}); err == nil {
		t.Error("policies of log groups are listed")
	}
	if _, err := s.DeleteResourcePolicy(t.Context(), &sdk.DeleteResourcePolicyInput{}); err == nil {
		t.Error("a policy without name is deleted")
	}
	if names := s.policies(); len(names) > 0 {
		t.Errorf("kept are %v", names)
	}
}

// TestADocumentThatIsNoPolicyDecidesNothing: it would deny everything, to the account itself as well.
func TestADocumentThatIsNoPolicyDecidesNothing(t *testing.T) {
	s := newScene(t)
	count := cloudwatchlogs.New(s.store, time.Now).Service().Policies
	for text, want := range map[string]int{"{}": 0, `{"Statement":[{"Effect":"Sometimes"}]}`: 0, `{"Statement":[{"Effect":"Allow","Principal":"*","Action":"logs:*","Resource":"*"}]}`: 1} {
		_, err := s.putPolicy("one", text)
		s.must(err)
		if got := len(count(groupARN)); got != want {
			t.Errorf("%s: %d policies decide, want %d", text, got, want)
		}
	}
}
