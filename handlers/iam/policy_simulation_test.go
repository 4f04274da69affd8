package iam_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	sdk "github.com/aws/aws-sdk-go-v2/service/iam"
	"github.com/aws/aws-sdk-go-v2/service/iam/types"
	"github.com/aws/smithy-go"
	"github.com/google/go-cmp/cmp"

	"github.com/ecs-emulator/ecs-emulator/handlers/awsapi/apitest"
	"github.com/ecs-emulator/ecs-emulator/handlers/iam"
	ouriam "github.com/ecs-emulator/ecs-emulator/internal/aws/iam"
	"github.com/ecs-emulator/ecs-emulator/internal/base/arn"
)

// simulationCase is a request to the policy simulator and AWS's recorded answer, whose source names the file. Of the 245 cases of
// simulation.json the ones are left out that have PolicyExclusionList, which is not built (41), or the policy ReadOnlyAccess, whose
// text here stands on other lines (2), and what the client refused (2). Of simulation_inputs.json and
// simulation_defaults.json these are the cases that say something else.
type simulationCase struct {
	Name, Source string

	Entity, Stage  string // of SimulatePrincipalPolicy: an ARN, and what has been done to the entities
	Policies       []string
	Boundaries     []string
	Levels         [][]string // of an organization
	ResourcePolicy *string
	Actions        []string
	Resources      []string
	Context        []struct {
		Key    *string
		Type   string
		Values []string
	}
	Caller, Owner, Option *string
	MaxItems              *int32
	Marker                *string // next: the one that the first page had

	Want  []string // lines of results; the account of the recordings is part of an organization that allows all, which is not told here
	Error string   // its code and text
}

func (c *simulationCase) input() *sdk.SimulateCustomPolicyInput {
	in := &sdk.SimulateCustomPolicyInput{
		ActionNames: c.Actions, PolicyInputList: c.Policies, PermissionsBoundaryPolicyInputList: c.Boundaries, ResourcePolicy: c.ResourcePolicy,
		ResourceArns: c.Resources, CallerArn: c.Caller, ResourceOwner: c.Owner, ResourceHandlingOption: c.Option, MaxItems: c.MaxItems, Marker: c.Marker,
	}
	if in.PolicyInputList == nil {
		in.PolicyInputList = []string{}
	}
	for _, level := range c.Levels {
		in.OrderedOrganizationPolicyInputList = append(in.OrderedOrganizationPolicyInputList, types.OrderedOrganizationPolicyType{ServiceControlPolicyInputList: level})
	}
	for _, e := range c.Context {
		in.ContextEntries = append(in.ContextEntries, types.ContextEntry{ContextKeyName: e.Key, ContextKeyType: types.ContextKeyTypeEnum(e.Type), ContextKeyValues: e.Values})
	}
	return in
}

func TestSimulations(t *testing.T) {
	data, err := os.ReadFile("testdata/simulations.json")
	if err != nil {
		t.Fatal(err)
	}
	var cases []simulationCase
	if err := json.Unmarshal(data, &cases); err != nil {
		t.Fatal(err)
	}
	s := newSimulationScene(t)
	stage, n := "", 0
	var next *string
	for _, c := range cases {
		if c.Stage != "" && c.Stage != stage {
			stage = c.Stage
			s.reach(stage)
		}
		if aws.ToString(c.Marker) == "next" {
			c.Marker = next
		}
		got, marker := s.simulate(c)
		if c.Name == "pagination_first" {
			next = marker
		}
		want := c.Want
		if c.Error != "" {
			want = []string{c.Error}
		}
		if diff := cmp.Diff(strings.Join(want, "\n"), strings.Join(got, "\n")); diff != "" {
			t.Errorf("%s (%s):\n%s", c.Name, c.Source, diff)
		}
		if c.Source == "simulation.json" {
			n++
		}
	}
	if n < 200 {
		t.Errorf("%d cases of simulation.json", n)
	}
}

// simulate returns an answer as the cases have it.
func (s *simulationScene) simulate(c simulationCase) (lines []string, marker *string) {
	in := c.input()
	var results []types.EvaluationResult
	var truncated bool
	var err error
	if c.Entity == "" {
		var out *sdk.SimulateCustomPolicyOutput
		if out, err = s.SimulateCustomPolicy(s.T.Context(), in); err == nil {
			results, truncated, marker = out.EvaluationResults, out.IsTruncated, out.Marker
		}
	} else {
		var out *sdk.SimulatePrincipalPolicyOutput
		out, err = s.SimulatePrincipalPolicy(s.T.Context(), &sdk.SimulatePrincipalPolicyInput{
			PolicySourceArn: &c.Entity, ActionNames: in.ActionNames, PolicyInputList: c.Policies, PermissionsBoundaryPolicyInputList: in.PermissionsBoundaryPolicyInputList,
			ResourcePolicy: in.ResourcePolicy, ResourceArns: in.ResourceArns, CallerArn: in.CallerArn,
		})
		if err == nil {
			results, truncated, marker = out.EvaluationResults, out.IsTruncated, out.Marker
		}
	}
	var refusal smithy.APIError
	if errors.As(err, &refusal) {
		return []string{refusal.ErrorCode() + ": " + refusal.ErrorMessage()}, nil
	}
	if err != nil {
		s.T.Fatalf("%s: %v", c.Name, err)
	}
	for _, r := range results {
		line := fmt.Sprintf("%s on %s: ", *r.EvalActionName, *r.EvalResourceName) +
			tail(string(r.EvalDecision), r.MatchedStatements, r.MissingContextValues, r.PermissionsBoundaryDecisionDetail, r.OrganizationsDecisionDetail, r.EvalDecisionDetails)
		lines = append(lines, line)
		for _, r := range r.ResourceSpecificResults {
			lines = append(lines, "- "+*r.EvalResourceName+": "+
				tail(string(r.EvalResourceDecision), r.MatchedStatements, r.MissingContextValues, r.PermissionsBoundaryDecisionDetail, nil, r.EvalDecisionDetails))
		}
	}
	if truncated != (marker != nil) {
		s.T.Errorf("%s: truncated is %t with the marker %v", c.Name, truncated, marker)
	}
	if truncated {
		lines = append(lines, "more")
	}
	return lines, marker
}

// tail is the end of a line. Statements and keys are in no order.
func tail(decision string, matched []types.Statement, missing []string, boundary *types.PermissionsBoundaryDecisionDetail,
	organization *types.OrganizationsDecisionDetail, details map[string]types.PolicyEvaluationDecisionType) string {
	var statements []string
	for _, m := range matched {
		id := *m.SourcePolicyId
		if m.SourcePolicyType != "IAM Policy" {
			id += " (" + string(m.SourcePolicyType) + ")"
		}
		statements = append(statements, fmt.Sprintf(" [%s %d:%d-%d:%d]", id, m.StartPosition.Line, m.StartPosition.Column, m.EndPosition.Line, m.EndPosition.Column))
	}
	slices.Sort(statements)
	line := decision + strings.Join(statements, "")
	if len(missing) > 0 {
		slices.Sort(missing)
		line += " missing " + strings.Join(missing, " ")
	}
	if boundary != nil {
		line += fmt.Sprint(" boundary=", boundary.AllowedByPermissionsBoundary)
	}
	if organization != nil {
		line += fmt.Sprint(" organization=", organization.AllowedByOrganizations)
	}
	for i, kind := range slices.Sorted(maps.Keys(details)) {
		line += map[bool]string{true: " details ", false: ", "}[i == 0] + kind + "=" + string(details[kind])
	}
	return line
}

// simulationScene has the entities of the recordings.
type simulationScene struct{ *scene }

const simulated = "recorded-simulation01-"

func newSimulationScene(t *testing.T) *simulationScene {
	t.Helper()
	of := apitest.NewScene(t, arn.Scope{Region: "us-east-1", Account: "123456789012"})
	uses := &ouriam.KeyUses{}
	return &simulationScene{&scene{of, sdk.NewFromConfig(of.Serve(iam.New(of.Store, of.Clock, uses).Service(), &promises)), uses}}
}

// document is one of several lines, as the positions of the recordings have it.
func document(action, resource, sid string) *string {
	return aws.String(fmt.Sprintf(`{
  "Version": "2012-10-17",
  "Statement": [
    {
      "Effect": "Allow",
      "Action": %s,
      "Resource": %q,
      "Sid": %q
    }
  ]
}`, action, resource, sid))
}

// reach does to the entities what was done before the cases of a stage.
func (s *simulationScene) reach(stage string) {
	s.T.Helper()
	user, group, role := aws.String(simulated+"user"), aws.String(simulated+"group"), aws.String(simulated+"role")
	extra, path := aws.String(simulated+"extra-user"), aws.String("/simulation/")
	managed, boundary, extraManaged := s.policy("managed"), s.policy("boundary"), s.policy("extra-managed")
	switch stage {
	case "plain":
		ok(s.scene, s.CreateUser, &sdk.CreateUserInput{UserName: user, Path: path})
		ok(s.scene, s.CreateGroup, &sdk.CreateGroupInput{GroupName: group, Path: path})
		ok(s.scene, s.CreateRole, &sdk.CreateRoleInput{RoleName: role, Path: path, AssumeRolePolicyDocument: aws.String(trust)})
		ok(s.scene, s.CreatePolicy, &sdk.CreatePolicyInput{PolicyName: aws.String(simulated + "managed"), Path: path, PolicyDocument: document(`"s3:DeleteObject"`, "*", "ManagedDelete")})
		ok(s.scene, s.CreatePolicy, &sdk.CreatePolicyInput{PolicyName: aws.String(simulated + "boundary"), Path: path,
			PolicyDocument: document("[\n        \"s3:GetObject\",\n        \"s3:PutObject\"\n      ]", "*", "BoundaryReadWrite")})
		const bucket = "arn:aws:s3:::recorded-examples"
		ok(s.scene, s.PutUserPolicy, &sdk.PutUserPolicyInput{UserName: user, PolicyName: aws.String("UserInline"), PolicyDocument: document(`"s3:GetObject"`, bucket+"/a", "UserInline")})
		ok(s.scene, s.PutGroupPolicy, &sdk.PutGroupPolicyInput{GroupName: group, PolicyName: aws.String("GroupInline"), PolicyDocument: document(`"s3:PutObject"`, bucket+"/b", "GroupInline")})
		ok(s.scene, s.PutRolePolicy, &sdk.PutRolePolicyInput{RoleName: role, PolicyName: aws.String("RoleInline"), PolicyDocument: document(`"s3:GetObject"`, "*", "RoleInline")})
		ok(s.scene, s.AttachUserPolicy, &sdk.AttachUserPolicyInput{UserName: user, PolicyArn: managed})
		ok(s.scene, s.AttachGroupPolicy, &sdk.AttachGroupPolicyInput{GroupName: group, PolicyArn: managed})
		ok(s.scene, s.AttachRolePolicy, &sdk.AttachRolePolicyInput{RoleName: role, PolicyArn: managed})
		ok(s.scene, s.AddUserToGroup, &sdk.AddUserToGroupInput{UserName: user, GroupName: group})
	case "boundary":
		ok(s.scene, s.PutUserPermissionsBoundary, &sdk.PutUserPermissionsBoundaryInput{UserName: user, PermissionsBoundary: boundary})
	case "both":
		ok(s.scene, s.AttachUserPolicy, &sdk.AttachUserPolicyInput{UserName: user, PolicyArn: boundary})
	case "version":
		ok(s.scene, s.DeleteUserPermissionsBoundary, &sdk.DeleteUserPermissionsBoundaryInput{UserName: user})
		ok(s.scene, s.CreatePolicyVersion, &sdk.CreatePolicyVersionInput{PolicyArn: managed, SetAsDefault: true,
			PolicyDocument: aws.String(`{"Version":"2012-10-17","Statement":[{"Effect":"Deny","Action":"s3:DeleteObject","Resource":"*","Sid":"NewDefaultDeny"}]}`)})
	case "removed":
		ok(s.scene, s.RemoveUserFromGroup, &sdk.RemoveUserFromGroupInput{UserName: user, GroupName: group})
		ok(s.scene, s.DetachUserPolicy, &sdk.DetachUserPolicyInput{UserName: user, PolicyArn: boundary})
	case "extra":
		ok(s.scene, s.CreateUser, &sdk.CreateUserInput{UserName: extra, Path: path})
		ok(s.scene, s.CreatePolicy, &sdk.CreatePolicyInput{PolicyName: aws.String(simulated + "extra-managed"), Path: path, PolicyDocument: aws.String(allows("s3:GetObject"))})
		ok(s.scene, s.AttachUserPolicy, &sdk.AttachUserPolicyInput{UserName: extra, PolicyArn: extraManaged})
		ok(s.scene, s.PutUserPolicy, &sdk.PutUserPolicyInput{UserName: extra, PolicyName: aws.String("ExtraInline"), PolicyDocument: aws.String(allows("s3:PutObject"))})
	case "extra boundary":
		ok(s.scene, s.PutUserPermissionsBoundary, &sdk.PutUserPermissionsBoundaryInput{UserName: extra, PermissionsBoundary: extraManaged})
	case "composition":
		ok(s.scene, s.CreateUser, &sdk.CreateUserInput{UserName: aws.String(simulated + "composition"), Path: path})
	default:
		s.T.Fatalf("no stage %q", stage)
	}
}

func (s *simulationScene) policy(name string) *string {
	return aws.String("arn:aws:iam::123456789012:policy/simulation/" + simulated + name)
}

func allows(action string) string {
	return `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"` + action + `","Resource":"*"}]}`
}

// TestPoliciesAreNotLeftOutOfASimulation: AWS takes a list of those to leave out, by their kind, ARN or entity.
func TestPoliciesAreNotLeftOutOfASimulation(t *testing.T) {
	s := newSimulationScene(t)
	_, err := s.SimulatePrincipalPolicy(t.Context(), &sdk.SimulatePrincipalPolicyInput{
		PolicySourceArn: aws.String("arn:aws:iam::123456789012:user/dev"), ActionNames: []string{"ecs:RunTask"},
		PolicyExclusionList: []types.PolicyIdentifier{&types.PolicyIdentifierMemberPolicyType{Value: types.PolicyIdentifierPolicyTypeInline}},
	})
	var refusal smithy.APIError
	if !errors.As(err, &refusal) || refusal.ErrorCode() != "NotImplementedException" || !strings.Contains(refusal.ErrorMessage(), "PolicyExclusionList") {
		t.Errorf("got %v", err)
	}
}
