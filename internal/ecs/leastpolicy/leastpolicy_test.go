package leastpolicy_test

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/ecs-emulator/ecs-emulator/internal/aws/iam/decision"
	"github.com/ecs-emulator/ecs-emulator/internal/base/policy"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/leastpolicy"
)

const (
	ofECS = "arn:aws:ecs:us-east-1:123456789012:"
	ofEC2 = "arn:aws:ec2:us-east-1:123456789012:"
)

func did(action, resource string) decision.Decision {
	return decision.Decision{Action: action, Resource: resource, Region: "us-east-1", Account: "123456789012", Decision: decision.Allowed, Layer: "identity"}
}

func passed(role, service string) decision.Decision {
	d := did("iam:PassRole", "arn:aws:iam::123456789012:role/"+role)
	d.PassedTo = service
	return d
}

func denied(d decision.Decision, layer, reason string) decision.Decision {
	d.Decision, d.Layer, d.Reason = decision.Denied, layer, reason
	return d
}

func TestPoliciesForARun(t *testing.T) {
	const noPolicy = "because no identity-based policy allows the iam:PassRole action"
	got := leastpolicy.Of([]decision.Decision{
		did("ecs:RegisterTaskDefinition", "*"), did("ecs:DescribeTaskDefinition", "*"),
		did("ecs:RunTask", ofECS+"task-definition/web:3"), did("ecs:RunTask", ofECS+"task-definition/web:4"),
		did("ecs:TagResource", ofECS+"task/shop/*"),
		denied(passed("web", "ecs-tasks.amazonaws.com"), "identity", noPolicy), passed("run", "ecs-tasks.amazonaws.com"),
		passed("infra", "ecs.amazonaws.com"), passed("infra", "ec2.amazonaws.com"),
		did("ecs:StopTask", ofECS+"task/shop/0123456789abcdef0123456789abcdef"), did("ecs:DescribeTasks", ofECS+"task/shop/0123456789abcdef0123456789abcdef"),
		did("ecs:DescribeTasks", ofECS+"task/shop/1123456789abcdef0123456789abcdef"), did("ecs:UpdateService", ofECS+"service/shop/web"),
	})
	want := `{"Version":"2012-10-17","Statement":[
		{"Effect":"Allow","Action":["ecs:DescribeTaskDefinition","ecs:RegisterTaskDefinition"],"Resource":"*"},
		{"Effect":"Allow","Action":["ecs:DescribeTasks","ecs:StopTask","ecs:TagResource"],"Resource":"` + ofECS + `task/shop/*"},
		{"Effect":"Allow","Action":"ecs:RunTask","Resource":"` + ofECS + `task-definition/web:*"},
		{"Effect":"Allow","Action":"ecs:UpdateService","Resource":"` + ofECS + `service/shop/web"},
		{"Effect":"Allow","Action":"iam:PassRole","Resource":"arn:aws:iam::123456789012:role/infra",
			"Condition":{"StringEquals":{"iam:PassedToService":["ec2.amazonaws.com","ecs.amazonaws.com"]}}},
		{"Effect":"Allow","Action":"iam:PassRole","Resource":["arn:aws:iam::123456789012:role/run","arn:aws:iam::123456789012:role/web"],
			"Condition":{"StringEquals":{"iam:PassedToService":"ecs-tasks.amazonaws.com"}}}]}`
	if text := document(t, got); text != strings.NewReplacer("\n", "", "\t", "").Replace(want) {
		t.Errorf("the policy is\n%s\nwant\n%s", text, want)
	}
	notes := []string{
		ofECS + "task-definition/web:* stands for " + ofECS + "task-definition/web:3 and 1 more",
		ofECS + "task/shop/* stands for " + ofECS + "task/shop/0123456789abcdef0123456789abcdef and 1 more",
	}
	if diff := cmp.Diff(notes, got.Notes); diff != "" {
		t.Error(diff)
	}
}

// document is a policy as it is written, without white space.
func document(t *testing.T, l leastpolicy.Least) string {
	t.Helper()
	text, err := json.Marshal(l.Document)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

func TestWhatIsGeneralized(t *testing.T) {
	const id = "0123456789abcdef0123456789abcdef"
	for resource, want := range map[string]string{
		"*":                                         "*",
		ofECS + "cluster/shop":                      ofECS + "cluster/shop",
		ofECS + "service/shop/web":                  ofECS + "service/shop/web",
		ofECS + "capacity-provider/spot":            ofECS + "capacity-provider/spot",
		ofECS + "daemon/shop/logs":                  ofECS + "daemon/shop/logs",
		ofECS + "task-definition/web:12":            ofECS + "task-definition/web:*",
		ofECS + "task-definition/web":               ofECS + "task-definition/web",
		ofECS + "task-definition/web:*":             ofECS + "task-definition/web:*",
		ofECS + "daemon-task-definition/w:12":       ofECS + "daemon-task-definition/w:*",
		ofECS + "task/shop/" + id:                   ofECS + "task/shop/*",
		ofECS + "task/shop/*":                       ofECS + "task/shop/*",
		ofECS + "container-instance/shop/" + id:     ofECS + "container-instance/shop/*",
		ofECS + "task-set/shop/web/ecs-svc/1":       ofECS + "task-set/shop/web/ecs-svc/1",
		ofECS + "task-set/shop/web/ecs-svc-1":       ofECS + "task-set/shop/web/*",
		ofECS + "service-deployment/shop/web/" + id: ofECS + "service-deployment/shop/web/*",
		ofECS + "service-revision/shop/web/1234567": ofECS + "service-revision/shop/web/*",
		ofECS + "daemon-deployment/shop/logs/" + id: ofECS + "daemon-deployment/shop/logs/*",
		"arn:aws:logs:us-east-1:123456789012:log-group:/ecs/web:log-stream:web/app/" + id: "arn:aws:logs:us-east-1:123456789012:log-group:/ecs/web:log-stream:web/app/*",
		"arn:aws:logs:us-east-1:123456789012:log-group:/ecs/web:log-stream:web/app/one":   "arn:aws:logs:us-east-1:123456789012:log-group:/ecs/web:log-stream:web/app/one",
		"arn:aws:ssm:us-east-1:123456789012:parameter/${aws:username}":                    "arn:aws:ssm:us-east-1:123456789012:parameter/${$}{aws:username}",
		"arn:aws:secretsmanager:us-east-1:123456789012:secret:db-AbCdEf":                  "arn:aws:secretsmanager:us-east-1:123456789012:secret:db-AbCdEf",
	} {
		l := leastpolicy.Of([]decision.Decision{did("x:Y", resource)})
		if got := l.Document.Statement[0].Resource[0]; got != want {
			t.Errorf("%s becomes %s", resource, got)
		}
		if p := policy.Compile(document(t, l)); !allows(p, did("x:Y", resource)) {
			t.Errorf("%s is not allowed by the policy for it", resource)
		}
		if (len(l.Notes) > 0) != strings.HasSuffix(want, "*") != strings.HasSuffix(resource, "*") {
			t.Errorf("of %s is told %q", resource, l.Notes)
		}
	}
}

func TestWhatThePolicyCannotGive(t *testing.T) {
	assume := did("sts:AssumeRole", "arn:aws:iam::123456789012:role/ci")
	byTrust, read := assume, did("secretsmanager:GetSecretValue", "arn:aws:secretsmanager:us-east-1:123456789012:secret:db-AbCdEf")
	byTrust.Layer = "trust"
	byResource := read
	byResource.Layer = "resource"
	ofRoot := byResource
	ofRoot.Principal = "arn:aws:iam::123456789012:root"
	for name, test := range map[string]struct {
		of         decision.Decision
		statements int
		note       string
	}{
		"a trust policy lets in":        {byTrust, 0, "sts:AssumeRole on arn:aws:iam::123456789012:role/ci is allowed by the policy of the resource, and left out"},
		"a trust policy does not":       {denied(assume, "trust", ""), 0, "sts:AssumeRole on arn:aws:iam::123456789012:role/ci is denied by the trust policy of the role, and left out"},
		"a resource's policy allows":    {byResource, 0, read.Action + " on " + read.Resource + " is allowed by the policy of the resource, and left out"},
		"also the root user":            {ofRoot, 1, read.Action + " on " + read.Resource + " is allowed by the policy of the resource to the account: users and roles that it does not name need it"},
		"the resource's policy is also": {denied(read, "resource", "because no resource-based policy allows it"), 1, read.Action + " on " + read.Resource + " stays denied by a policy that this one does not change: because no resource-based policy allows it"},
		"a boundary does not":           {denied(read, "boundary", "because of it"), 1, read.Action + " on " + read.Resource + " stays denied by a policy that this one does not change: because of it"},
		"a policy denies":               {denied(read, "identity", "with an explicit deny in an identity-based policy"), 1, read.Action + " on " + read.Resource + " stays denied by a policy that this one does not change: with an explicit deny in an identity-based policy"},
	} {
		got := leastpolicy.Of([]decision.Decision{test.of})
		if len(got.Document.Statement) != test.statements || !slices.Equal(got.Notes, []string{test.note}) {
			t.Errorf("%s: %s, %q", name, document(t, got), got.Notes)
		}
	}
}

func TestALongPolicyIsTold(t *testing.T) {
	var many []decision.Decision
	for n := range 150 {
		many = append(many, did("ecs:UpdateService", fmt.Sprint(ofECS, "service/shop/web-", n)))
	}
	notes := leastpolicy.Of(many).Notes
	if len(notes) != 1 || !strings.HasSuffix(notes[0], " characters without white space, and a managed policy may have 6144") {
		t.Errorf("%q", notes)
	}
}

// TestEachActionIsNeeded has random runs: their policy allows each call, and without an action, or a resource of one, it
// denies one of them.
func TestEachActionIsNeeded(t *testing.T) {
	for seed := range uint64(200) {
		run := randomRun(rand.New(rand.NewPCG(seed, 44)))
		least := leastpolicy.Of(run)
		whole := policy.Compile(document(t, least))
		if d, is := firstDenied(whole, run); is {
			t.Fatalf("seed %d: %s denies %s on %s", seed, document(t, least), d.Action, d.Resource)
		}
		for _, d := range run {
			without := least
			without.Document.Statement = nil
			for _, s := range least.Document.Statement {
				if s.Action = slices.DeleteFunc(slices.Clone(s.Action), func(a string) bool { return a == d.Action }); len(s.Action) > 0 {
					without.Document.Statement = append(without.Document.Statement, s)
				}
			}
			if _, is := firstDenied(policy.Compile(document(t, without)), run); !is {
				t.Fatalf("seed %d: %s allows all without %s", seed, document(t, least), d.Action)
			}
		}
		for i, s := range least.Document.Statement {
			for j := range s.Resource {
				if len(s.Resource) == 1 {
					continue // it is as if the actions were removed
				}
				without := least
				without.Document.Statement = slices.Clone(least.Document.Statement)
				without.Document.Statement[i].Resource = slices.Delete(slices.Clone(s.Resource), j, j+1)
				if _, is := firstDenied(policy.Compile(document(t, without)), run); !is {
					t.Fatalf("seed %d: %s allows all without %s", seed, document(t, least), s.Resource[j])
				}
			}
		}
	}
}

func randomRun(random *rand.Rand) (run []decision.Decision) {
	pick := func(of ...string) string { return of[random.IntN(len(of))] }
	for range 1 + random.IntN(20) {
		switch random.IntN(5) {
		case 0:
			run = append(run, passed(pick("a", "b", "c"), pick("ecs-tasks.amazonaws.com", "ecs.amazonaws.com")))
		case 1:
			run = append(run, did(pick("ecs:RunTask", "ecs:TagResource", "ecs:ListTasks"), ofECS+"task-definition/"+pick("a", "b")+":"+pick("1", "2")))
		case 2:
			run = append(run, did(pick("ecs:StopTask", "ecs:DescribeTasks", "ecs:TagResource"), ofECS+"task/"+pick("a", "b")+"/"+pick("1", "2", "*")))
		case 3:
			run = append(run, did(pick("ec2:CreateVpc", "ec2:CreateTags"), ofEC2+"vpc/*"), did(pick("ec2:CreateTags", "ec2:DeleteVpc"), ofEC2+"vpc/"+pick("vpc-1", "vpc-2")))
		default:
			run = append(run, did(pick("ecs:ListTasks", "ecs:ListClusters", "ecs:DescribeClusters"), pick("*", ofECS+"cluster/a", ofECS+"cluster/b")))
		}
	}
	return run
}

func firstDenied(p *policy.Policy, run []decision.Decision) (decision.Decision, bool) {
	i := slices.IndexFunc(run, func(d decision.Decision) bool { return !allows(p, d) })
	if i < 0 {
		return decision.Decision{}, false
	}
	return run[i], true
}

// allows reports whether a policy of a role alone allows what a decision was about.
func allows(p *policy.Policy, d decision.Decision) bool {
	keys := policy.Known{}
	if d.PassedTo != "" {
		keys["iam:passedtoservice"] = policy.Is(d.PassedTo)
	}
	return policy.Decide(policy.Request{
		Action: d.Action, Resource: d.Resource, Keys: keys,
		Principal: policy.Principal{Account: "123456789012", ARN: "arn:aws:sts::123456789012:assumed-role/deploy/ci", Role: "arn:aws:iam::123456789012:role/deploy"},
	}, policy.Policies{Identity: []policy.Source{{Name: "least", Policy: p}}}).Allowed
}
