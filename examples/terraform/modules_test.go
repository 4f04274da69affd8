package terraform

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatchlogs"
	"github.com/aws/aws-sdk-go-v2/service/ecs"
	"github.com/aws/aws-sdk-go-v2/service/ecs/types"
	"github.com/aws/aws-sdk-go-v2/service/iam"
	iamtypes "github.com/aws/aws-sdk-go-v2/service/iam/types"
)

const modulesFolder = "../../testdata/terraform"

// TestModules applies all modules of testdata at once, because most of Terraform's time
// is the provider's start. What is there afterwards is what the modules say, each time.
func TestModules(t *testing.T) {
	t.Parallel()
	asRoot(t, runModules)
}

func runModules(t *testing.T, by *caller) {
	srv := by.start(t)
	srv.OnEventTarget("arn:aws:sqs:us-east-1:000000000000:events", func(context.Context, []byte) error { return nil }) // of the module rules
	p := newProject(t, srv, os.DirFS(modulesFolder))
	p.attach()

	first := p.change("apply")
	if first.Add == 0 || first.Change+first.Remove+first.Import > 0 {
		t.Errorf("the first apply made %+v", first)
	}
	p.settled()

	if second := p.change("apply", "-var=release=2"); second.Change == 0 || second.Import > 0 {
		t.Errorf("the apply of a change made %+v", second)
	}
	p.settled("-var=release=2")
	applicationSays(t, cloudwatchlogs.NewFromConfig(srv.Config()), "RELEASE=2", "GREETING=hello from release 2", "PASSWORD=swordfish 2")

	p.forget()
	const unknown = 2 // aws_iam_group_membership and aws_iam_policy_attachment, which the provider does not import
	if imported := p.importAll("-var=release=2"); imported.Import != first.Add-unknown || imported.Add != unknown || imported.Remove > 0 {
		t.Errorf("%d resources were made, and an import found %+v", first.Add, imported)
	}
	p.settled("-var=release=2")

	if last := p.change("destroy", "-var=release=2"); last.Remove != first.Add {
		t.Errorf("%d resources were made, and destroy removed %+v", first.Add, last)
	}
	nothingLeft(t, ecs.NewFromConfig(srv.Config()))
	noRolesLeft(t, iam.NewFromConfig(srv.Config()))
	noLogsLeft(t, cloudwatchlogs.NewFromConfig(srv.Config()))
}

// importAll applies the configuration with the import blocks of its folder imports. Secrets and access keys
// have ids that are not known before.
func (p *project) importAll(variables ...string) changes {
	p.Helper()
	text, err := os.ReadFile(filepath.Join(p.dir, "imports", "imports.tf"))
	if err != nil {
		p.Fatal(err)
	}
	for _, r := range p.stateIn("forgotten").Resources {
		for _, i := range r.Instances {
			if r.Mode == "managed" && (strings.HasPrefix(r.Type, "aws_secretsmanager_") || r.Type == "aws_iam_access_key") {
				text = fmt.Appendf(text, "\nimport {\n  to = %s.%s.%s\n  id = %q\n}\n", r.Module, r.Type, r.Name, i.Attributes["id"])
			}
		}
	}
	blocks := filepath.Join(p.dir, "imports.tf")
	if err := os.WriteFile(blocks, text, 0o600); err != nil {
		p.Fatal(err)
	}
	done := p.change(append([]string{"apply"}, variables...)...)
	if err := os.Remove(blocks); err != nil {
		p.Fatal(err)
	}
	return done
}

// nothingLeft checks that there is only what an emulator starts with.
func nothingLeft(t *testing.T, client *ecs.Client) {
	t.Helper()
	clusters, err := client.ListClusters(t.Context(), &ecs.ListClustersInput{})
	if err != nil {
		t.Fatal(err)
	}
	if arns := clusters.ClusterArns; len(arns) != 1 || !strings.HasSuffix(arns[0], ":cluster/default") {
		t.Errorf("clusters are left: %q", arns)
	}
	families, err := client.ListTaskDefinitionFamilies(t.Context(), &ecs.ListTaskDefinitionFamiliesInput{
		Status: types.TaskDefinitionFamilyStatusActive,
	})
	if err != nil {
		t.Fatal(err)
	}
	if len(families.Families) > 0 {
		t.Errorf("task definitions are left: %q", families.Families)
	}
}

// applicationSays waits until the newest task of the module application has written lines to
// its log group: what it has in its environment.
func applicationSays(t *testing.T, client *cloudwatchlogs.Client, lines ...string) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 2*time.Minute)
	defer cancel()
	for _, line := range lines {
		pattern := `"` + line + `"`
		for found := false; !found; {
			out, err := client.FilterLogEvents(ctx, &cloudwatchlogs.FilterLogEventsInput{LogGroupName: aws.String("/ecs/greeter"), FilterPattern: &pattern})
			if err != nil {
				t.Fatalf("no task of the application says %s: %v", line, err)
			}
			found = len(out.Events) > 0
		}
	}
}

// noRolesLeft checks that no roles and policies are left but AWS's, and nothing else of IAM but the users of tests.
func noRolesLeft(t *testing.T, client *iam.Client) {
	t.Helper()
	summary, err := client.GetAccountSummary(t.Context(), &iam.GetAccountSummaryInput{})
	if err != nil {
		t.Fatal(err)
	}
	if m := summary.SummaryMap; m["Groups"]+m["Providers"] > 0 {
		t.Errorf("%d groups and %d identity providers are left", m["Groups"], m["Providers"])
	}
	users, err := client.ListUsers(t.Context(), &iam.ListUsersInput{})
	if err != nil {
		t.Fatal(err)
	}
	for _, u := range users.Users {
		if *u.Path != callersPath {
			t.Errorf("user %s is left", *u.Arn)
		}
	}
	roles, err := client.ListRoles(t.Context(), &iam.ListRolesInput{})
	if err != nil {
		t.Fatal(err)
	}
	for _, r := range roles.Roles {
		if !strings.HasPrefix(*r.Path, "/aws-service-role/") {
			t.Errorf("role %s is left", *r.Arn)
		}
	}
	policies, err := client.ListPolicies(t.Context(), &iam.ListPoliciesInput{Scope: iamtypes.PolicyScopeTypeLocal})
	if err != nil {
		t.Fatal(err)
	}
	for _, p := range policies.Policies {
		if *p.Path != callersPath {
			t.Errorf("policy %s is left", *p.Arn)
		}
	}
}

// noLogsLeft checks that there is no log group.
func noLogsLeft(t *testing.T, client *cloudwatchlogs.Client) {
	t.Helper()
	groups, err := client.DescribeLogGroups(t.Context(), &cloudwatchlogs.DescribeLogGroupsInput{})
	if err != nil {
		t.Fatal(err)
	}
	for _, g := range groups.LogGroups {
		if strings.HasPrefix(*g.LogGroupName, "/aws/ecs/containerinsights/") { // made by ECS, it stays as on AWS
			continue
		}
		t.Errorf("log group %s is left", *g.LogGroupName)
	}
}
