package sts_test

import (
	"maps"
	"slices"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	client "github.com/aws/aws-sdk-go-v2/service/sts"
	"github.com/aws/aws-sdk-go-v2/service/sts/types"
)

// tagged is a request with tags, each a key and a value, of which some stay in sessions that follow.
func tagged(role string, transitive []string, pairs ...string) *client.AssumeRoleInput {
	in := assume(role)
	for i := 0; i < len(pairs); i += 2 {
		in.Tags = append(in.Tags, types.Tag{Key: &pairs[i], Value: &pairs[i+1]})
	}
	in.TransitiveTagKeys = transitive
	return in
}

// The sessions of the chain in AWS's user guide: Star and Heart are passed on, Sun is of one session.
func TestTransitiveTagsStayInAChain(t *testing.T) {
	f := start(t, false)
	role := f.trusting("role", "")
	keys, s := f.assumed(f.as(userKey, "secret", ""), tagged(role, []string{"star", "Heart"}, "Star", "1", "Heart", "1", "Moon", "1"))
	if want := map[string]string{"Star": "1", "Heart": "1", "Moon": "1"}; !maps.Equal(s.Tags, want) || !slices.Equal(s.Transitive, []string{"Star", "Heart"}) {
		t.Errorf("the first session has %v, %v", s.Tags, s.Transitive)
	}
	keys, s = f.assumed(f.with(keys), tagged(role, nil, "Sun", "2"))
	if want := map[string]string{"Star": "1", "Heart": "1", "Sun": "2"}; !maps.Equal(s.Tags, want) || !slices.Equal(s.Transitive, []string{"Star", "Heart"}) {
		t.Errorf("the second session has %v, %v", s.Tags, s.Transitive)
	}
	_, s = f.assumed(f.with(keys), tagged(role, []string{"Rain"}, "Rain", "3"))
	if want := map[string]string{"Star": "1", "Heart": "1", "Rain": "3"}; !maps.Equal(s.Tags, want) || !slices.Equal(s.Transitive, []string{"Star", "Heart", "Rain"}) {
		t.Errorf("the third session has %v, %v", s.Tags, s.Transitive)
	}
	_, s = f.assumed(f.as(userKey, "secret", ""), assume(role))
	if s.Tags != nil || s.Transitive != nil {
		t.Errorf("a session without tags has %v, %v", s.Tags, s.Transitive)
	}
}

// The answers were recorded.
func TestTagsThatAreRefused(t *testing.T) {
	f := start(t, false)
	role := f.trusting("role", "")
	keys, _ := f.assumed(f.as(userKey, "secret", ""), tagged(role, []string{"Star"}, "Star", "1"))
	const (
		twice    = "Duplicate tag keys found. Please note that Tag keys are case insensitive."
		unknown  = "The specified transitive tag key must be included in the requested tags."
		conflict = "One of the specified transitive tag keys can't be set because it conflicts with a transitive tag key from the calling session."
	)
	for _, test := range []struct {
		chained bool
		in      *client.AssumeRoleInput
		want    string // empty: it is taken
	}{
		{false, tagged(role, nil, "team", "a", "Team", "b"), twice},
		{false, tagged(role, []string{"cost"}, "team", "a"), unknown},
		{false, tagged(role, []string{"cost"}), unknown},
		{false, tagged(role, []string{"TEAM"}, "team", "a"), ""},
		{false, tagged(role, nil, "Star", "2"), ""},
		{true, tagged(role, nil, "Star", "2"), conflict},
		{true, tagged(role, nil, "sTAR", "1"), conflict},
		{true, tagged(role, []string{"Star"}), unknown},
		{false, tagged(role, nil, "aws:team", "a"), "Tag key aws:team is reserved for AWS."},
	} {
		as := f.as(userKey, "secret", "")
		if test.chained {
			as = f.with(keys)
		}
		if _, err := as.AssumeRole(t.Context(), test.in); test.want != "" {
			refused(t, err, 400, "InvalidParameterValue", test.want)
		} else if err != nil {
			t.Errorf("%+v: %v", test.in.Tags, err)
		}
	}
}

// A session with tags asks for sts:TagSession, also if it has them from the session before it.
func TestTagsAskForTagSession(t *testing.T) {
	f := enforce(t)
	const mayTag = `,{"Effect":"Allow","Action":["sts:TagSession"],"Resource":"*"}`
	open, closed := f.trusting("open", ""), f.trusting("closed", `,"Action":"sts:AssumeRole"`)
	team := f.trusting("team", allActions+`,"Condition":{"StringEquals":{"aws:RequestTag/Team":"shop"},
		"ForAllValues:StringEquals":{"sts:TransitiveTagKeys":"team","aws:TagKeys":["team","cost"]}}`)
	for _, role := range []string{alice.ARN, open} {
		f.allows[role] = mayAssumeAll + mayTag
	}
	const session = "arn:aws:sts::123456789012:assumed-role/open/probe"
	as := f.as(userKey, "secret", "")
	_, err := as.AssumeRole(t.Context(), tagged(closed, nil, "team", "shop"))
	refused(t, err, 403, "AccessDenied", "User: "+alice.ARN+" is not authorized to perform: sts:TagSession on resource: "+closed)
	f.assumed(as, assume(closed))

	keys, _ := f.assumed(as, tagged(open, []string{"team"}, "team", "shop"))
	_, err = f.with(keys).AssumeRole(t.Context(), assume(closed))
	refused(t, err, 403, "AccessDenied", "User: "+session+" is not authorized to perform: sts:TagSession on resource: "+closed)
	keys, _ = f.assumed(as, tagged(open, nil, "team", "shop"))
	f.assumed(f.with(keys), assume(closed))

	for _, test := range []struct {
		in   *client.AssumeRoleInput
		want bool
	}{
		{tagged(team, nil, "team", "shop"), true},
		{tagged(team, []string{"team"}, "team", "shop", "cost", "9"), true},
		{tagged(team, []string{"cost"}, "team", "shop", "cost", "9"), false},
		{tagged(team, nil, "team", "bank"), false},
		{tagged(team, nil, "team", "shop", "env", "test"), false},
		{assume(team), false},
	} {
		if _, err := as.AssumeRole(t.Context(), test.in); (err == nil) != test.want {
			t.Errorf("%v, %v: %v", test.in.Tags, test.in.TransitiveTagKeys, err)
		}
	}
}

// A source identity is set once, and each role of a chain has to allow it. Source: IAM user guide, monitor and control actions
// taken with assumed roles; field reports of chains.
func TestSourceIdentitiesStayInAChain(t *testing.T) {
	f := enforce(t)
	open, closed := f.trusting("open", ""), f.trusting("closed", `,"Action":"sts:AssumeRole"`)
	named := f.trusting("named", allActions+`,"Condition":{"StringEquals":{"sts:SourceIdentity":"alice"}}`)
	for _, who := range []string{alice.ARN, open, named} {
		f.allows[who] = `{"Effect":"Allow","Action":["sts:AssumeRole","sts:SetSourceIdentity"],"Resource":"*"}`
	}
	in := func(role, identity string) *client.AssumeRoleInput {
		in := assume(role)
		if identity != "" {
			in.SourceIdentity = aws.String(identity)
		}
		return in
	}
	const session = "arn:aws:sts::123456789012:assumed-role/open/probe"
	as := f.as(userKey, "secret", "")
	_, err := as.AssumeRole(t.Context(), in(closed, "alice"))
	refused(t, err, 403, "AccessDenied", "User: "+alice.ARN+" is not authorized to perform: sts:SetSourceIdentity on resource: "+closed)
	_, err = as.AssumeRole(t.Context(), in(named, "mallory"))
	refused(t, err, 403, "AccessDenied", "User: "+alice.ARN+" is not authorized to perform: sts:AssumeRole on resource: "+named)
	keys, s := f.assumed(as, in(open, "alice"))
	if s.SourceIdentity != "alice" {
		t.Errorf("the session is %+v", s)
	}
	chained := f.with(keys)
	for _, again := range []string{"", "alice"} {
		out, err := chained.AssumeRole(t.Context(), in(named, again))
		if err != nil || aws.ToString(out.SourceIdentity) != "alice" {
			t.Errorf("a chain with %q: %+v, %v", again, out, err)
		}
	}
	_, err = chained.AssumeRole(t.Context(), assume(closed))
	refused(t, err, 403, "AccessDenied", "User: "+session+" is not authorized to perform: sts:SetSourceIdentity on resource: "+closed)
	_, err = chained.AssumeRole(t.Context(), in(open, "mallory"))
	refused(t, err, 403, "AccessDenied", "User: "+session+" is not authorized to perform: sts:SetSourceIdentity on resource: "+open)
}
