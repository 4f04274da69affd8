package handler

import (
	"regexp"
	"strings"
	"testing"

	"github.com/ecs-emulator/ecs-emulator/internal/aws/cloudformation/template/document"
)

// TestNames: CFN-103, CFN-104.
func TestNames(t *testing.T) {
	t.Parallel()
	long := strings.Repeat("s", 60)
	for _, c := range []struct {
		naming         Naming
		stack, logical string
		want           string
	}{
		{Naming{}, "my-stack", "Box", `^my-stack-Box-[A-Za-z0-9]{12}$`},
		{Naming{Prefix: "CFN"}, "my-stack", "Box", `^CFN-Box-[A-Za-z0-9]{12}$`},
		{Naming{Lower: true}, "My-Stack", "Box", `^my-stack-box-[a-z0-9]{12}$`},
		{Naming{Most: 32}, "my-stack", "LoadBalancer", `^my-stack-LoadBalanc?-[A-Za-z0-9]{12}$`},
		{Naming{Most: 32}, long, "Lb", `^s{16}-Lb-[A-Za-z0-9]{12}$`},
		{Naming{Most: 32}, long, long, `^s{9}-s{9}-[A-Za-z0-9]{12}$`},
		{Naming{Most: 32}, "a", long, `^a-s{17}-[A-Za-z0-9]{12}$`},
		{Naming{Most: 32}, "infra", "TargetGrp1", `^infra-TargetGrp1-[A-Za-z0-9]{12}$`},
		{Naming{Most: 32}, "stack-na-me", "Balancer1", `^stack-na-Balancer1-[A-Za-z0-9]{12}$`},
	} {
		c.naming.Property = "Name"
		r := &Request{StackName: c.stack, LogicalID: c.logical, Incarnation: "1", Properties: document.NewText("")}
		got, custom := c.naming.name(r)
		if !regexp.MustCompile(c.want).MatchString(got) || custom || c.naming.Most > 0 && len(got) > c.naming.Most {
			t.Errorf("%+v: %s (%d), want %s", c, got, len(got), c.want)
		}
		r.Incarnation = "2"
		if other, _ := c.naming.name(r); other == got {
			t.Errorf("%s twice", got)
		}
	}
}

// TestTags: the resource's own win over the stack's.
func TestTags(t *testing.T) {
	t.Parallel()
	var did []string
	tagging := &Tagging{
		Tag: func(_ *Turn, tags []Tag) error {
			for _, tag := range tags {
				did = append(did, "+"+tag.Key+"="+tag.Value)
			}
			return nil
		},
		Untag: func(_ *Turn, keys []string) error {
			did = append(did, "-"+strings.Join(keys, "-"))
			return nil
		},
	}
	read := func(text string) *document.Value {
		v, err := document.Read(text)
		if err != nil {
			t.Fatal(err)
		}
		return v
	}
	n := &Turn{Request: Request{
		Previous:     read(`{"Tags": [{"Key": "a", "Value": "1"}, {"Key": "b", "Value": "1"}, {"Key": "c", "Value": "1"}]}`),
		Properties:   read(`{"Tags": {"a": 1, "b": "2"}}`),
		PreviousTags: []Tag{{"a", "stack"}, {"d", "1"}, {"e", "1"}}, Tags: []Tag{{"a", "other"}, {"d", "2"}},
	}}
	if err := tagging.change(n); err != nil {
		t.Fatal(err)
	}
	if got := strings.Join(did, " "); got != "-c-e +b=2 +d=2" {
		t.Error(got)
	}
	if got := serviceOf("CloudWatch Logs") + serviceOf("ECS") + serviceOf("Elastic Load Balancing v2"); got != "CloudWatchLogsEcsElasticLoadBalancingV2" {
		t.Error(got)
	}
}
