package ec2_test

import (
	"bytes"
	"compress/gzip"
	"encoding/base64"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/ecs-emulator/ecs-emulator/internal/aws/ec2"
)

const inCloudConfig = `#cloud-config
write_files:
  - path: /etc/ecs/ecs.config
    content: |
      ECS_CLUSTER=blue
      ECS_INSTANCE_ATTRIBUTES={"stack":"prod"}
`

var inMIME = `Content-Type: multipart/mixed; boundary="==B=="
MIME-Version: 1.0

--==B==
Content-Type: text/cloud-config; charset="us-ascii"

#cloud-config
runcmd: [ls]
--==B==
Content-Type: text/x-shellscript
Content-Transfer-Encoding: base64

` + base64.StdEncoding.EncodeToString([]byte("#!/bin/sh\necho ECS_CLUSTER=blue >> /etc/ecs/ecs.config\n")) + `
--==B==--
`

func TestUserDataOfTheAgent(t *testing.T) {
	for name, c := range map[string]struct {
		text, cluster, attributes string
	}{
		"nothing":         {"", "", ""},
		"other script":    {"#!/bin/bash\nyum update -y\n", "", ""},
		"echo":            {"#!/bin/bash\necho ECS_CLUSTER=blue >> /etc/ecs/ecs.config", "blue", ""},
		"echo in quotes":  {`echo "ECS_CLUSTER=blue" >> /etc/ecs/ecs.config`, "blue", ""},
		"the last line":   {"echo ECS_CLUSTER=red > c\necho ECS_CLUSTER=blue >> c\r\n", "blue", ""},
		"a comment":       {"# ECS_CLUSTER=red\n", "", ""},
		"a longer name":   {"export MY_ECS_CLUSTER=red\n", "", ""},
		"a variable":      {"NAME=\"blue\"\necho \"ECS_CLUSTER=${NAME}\" >> c", "blue", ""},
		"heredoc":         {"cat <<'EOF' >> /etc/ecs/ecs.config\nECS_CLUSTER=blue\nECS_INSTANCE_ATTRIBUTES={\"stack\":\"prod\",\"zone.kind\":\"\"}\nECS_ENABLE_TASK_IAM_ROLE=true\nEOF", "blue", "stack=prod zone.kind="},
		"escaped":         {`echo "ECS_INSTANCE_ATTRIBUTES={\"stack\":\"prod\"}" >> c; echo ECS_CLUSTER=blue >> c`, "blue", "stack=prod"},
		"in single quote": {`echo 'ECS_INSTANCE_ATTRIBUTES={"stack": "prod"}' >> c`, "", "stack=prod"},
		"no JSON":         {`echo ECS_INSTANCE_ATTRIBUTES=stack >> c`, "", ""},
		"cloud-config":    {inCloudConfig, "blue", "stack=prod"},
		"cloud-config b64": {"#cloud-config\nwrite_files:\n- encoding: b64\n  content: " +
			base64.StdEncoding.EncodeToString([]byte("ECS_CLUSTER=blue\n")) + "\n  path: /etc/ecs/ecs.config\n", "blue", ""},
		"MIME":                {inMIME, "blue", ""},
		"MIME with CRLF":      {strings.ReplaceAll(inMIME, "\n", "\r\n"), "blue", ""},
		"Bottlerocket":        {"[settings.ecs]\ncluster = \"blue\" # mine\n\n[settings.ecs.instance-attributes]\n\"stack\" = 'prod'\n", "blue", "stack=prod"},
		"Bottlerocket, short": {"settings.ecs.cluster = 'blue'\n[settings.ecs]\ninstance-attributes = { stack = \"prod\", a = \"b\" }", "blue", "a=b stack=prod"},
		"other settings":      {"[settings.host-containers.admin]\ncluster = \"red\"\n", "", ""},
	} {
		t.Run(name, func(t *testing.T) {
			var packed bytes.Buffer
			w := gzip.NewWriter(&packed)
			w.Write([]byte(c.text))
			w.Close()
			for form, data := range map[string]string{
				"base64": base64.StdEncoding.EncodeToString([]byte(c.text)), "gzip": base64.StdEncoding.EncodeToString(packed.Bytes()),
			} {
				agent := ec2.ReadUserData(data)
				var attributes []string
				for _, a := range agent.Attributes {
					attributes = append(attributes, *a.Name+"="+aws.ToString(a.Value))
				}
				if got := strings.Join(attributes, " "); agent.Cluster != c.cluster || got != c.attributes {
					t.Errorf("%s: joins %q with %q, want %q with %q", form, agent.Cluster, got, c.cluster, c.attributes)
				}
			}
		})
	}
}

// TestUserDataCallsInit finds the calls of cfn-init, as templates have them.
func TestUserDataCallsInit(t *testing.T) {
	for text, want := range map[string][]ec2.Init{
		"yum install -y aws-cfn-bootstrap\n# cfn-init --stack shop --resource A\n": nil,
		"cfn-init -v --stack shop": nil,
		"/opt/aws/bin/cfn-init -v --region eu-west-1 --stack shop --resource A -c a,b": {{Stack: "shop", Resource: "A", Region: "eu-west-1", ConfigSets: "a,b"}},
		"cfn-init -v \\\n  --stack=shop \\\n  --resource='A' >> log 2>&1\n":            {{Stack: "shop", Resource: "A"}},
		"STACK=shop\ncfn-init -s ${STACK} -r A && cfn-signal -s other -r B":            {{Stack: "shop", Resource: "A"}},
		"cfn-init -s shop -r A\ncfn-init -s shop -r A\ncfn-init -s shop -r B\n":        {{Stack: "shop", Resource: "A"}, {Stack: "shop", Resource: "B"}},
		"#cloud-config\nruncmd:\n- /opt/aws/bin/cfn-init -s shop -r A\n":               {{Stack: "shop", Resource: "A"}},
	} {
		if got := ec2.ReadUserData(base64.StdEncoding.EncodeToString([]byte(text))).Init; !slices.Equal(got, want) {
			t.Errorf("%q calls %v, want %v", text, got, want)
		}
	}
	told := ec2.ReadUserData("echo ECS_CLUSTER=red >> c", "ECS_CLUSTER=blue\n", `echo ECS_IMAGE_PULL_BEHAVIOR=once >> c`)
	if told.Cluster != "blue" || told.PullBehavior != "once" {
		t.Errorf("what cfn-init writes comes to %+v", told)
	}
}

// Source of the names: ECS developer guide, Spot Instance draining; Bottlerocket's documentation, settings.ecs.
func TestAnAgentIsToldToDrainSpotInstances(t *testing.T) {
	for text, want := range map[string]bool{
		"": false,
		"echo ECS_ENABLE_SPOT_INSTANCE_DRAINING=true >> /etc/ecs/ecs.config":         true,
		"echo ECS_ENABLE_SPOT_INSTANCE_DRAINING=false >> /etc/ecs/ecs.config":        false,
		"[settings.ecs]\nenable-spot-instance-draining = true\ncluster = \"shop\"\n": true,
		"[settings.ecs]\nenable-spot-instance-draining = false\n":                    false,
	} {
		if got := ec2.ReadUserData(base64.StdEncoding.EncodeToString([]byte(text))).DrainsSpot; got != want {
			t.Errorf("%q: %v", text, got)
		}
	}
}

// The agent judges the value. Source of the names: ECS developer guide, container agent configuration;
// Bottlerocket's documentation, settings.ecs.
func TestAnAgentIsToldWhenToPull(t *testing.T) {
	for text, want := range map[string]string{
		"": "",
		"echo ECS_IMAGE_PULL_BEHAVIOR=once >> /etc/ecs/ecs.config":                                     "once",
		"cat <<'EOF' >> c\nECS_IMAGE_PULL_BEHAVIOR=always\nECS_IMAGE_PULL_BEHAVIOR=prefer-cached\nEOF": "prefer-cached",
		"echo MY_ECS_IMAGE_PULL_BEHAVIOR=once":                                                         "",
		"[settings.ecs]\nimage-pull-behavior = \"always\"\ncluster = 'shop'\n":                         "always",
		"settings.ecs.image-pull-behavior = 'once'\n":                                                  "once",
	} {
		if got := ec2.ReadUserData(base64.StdEncoding.EncodeToString([]byte(text))).PullBehavior; got != want {
			t.Errorf("%q: %q, want %q", text, got, want)
		}
	}
}

func TestTagsOfTheContainerInstance(t *testing.T) {
	agent := ec2.ReadUserData(`echo 'ECS_CONTAINER_INSTANCE_TAGS={"team": "shop"}' >> /etc/ecs/ecs.config`)
	if len(agent.Tags) != 1 || *agent.Tags[0].Key != "team" || *agent.Tags[0].Value != "shop" {
		t.Errorf("got %+v", agent.Tags)
	}
	if agent.PropagatesTags || !ec2.ReadUserData("echo ECS_CONTAINER_INSTANCE_PROPAGATE_TAGS_FROM=ec2_instance >> /etc/ecs/ecs.config").PropagatesTags {
		t.Error("propagates tags without being told, or does not")
	}
}

// An agent announces what it cannot see for itself if it is told so.
func TestCapabilitiesOfTheAgent(t *testing.T) {
	for data, want := range map[string]string{
		"echo ECS_GMSA_SUPPORTED=true >> /etc/ecs/ecs.config":                              "ecs.capability.gmsa ecs.capability.gmsa-domainless",
		"echo ECS_GMSA_SUPPORTED=false >> /etc/ecs/ecs.config":                             "",
		"cat > /etc/ecs/ecs.config <<EOF\nECS_SELINUX_CAPABLE=true\nECS_CLUSTER=blue\nEOF": "com.amazonaws.ecs.capability.selinux",
		"echo ECS_APPARMOR_CAPABLE=true >> c\necho ECS_SELINUX_CAPABLE=true >> c":          "com.amazonaws.ecs.capability.apparmor com.amazonaws.ecs.capability.selinux",
		"echo ECS_APPARMOR_CAPABLE=true >> c\necho ECS_APPARMOR_CAPABLE=false >> c":        "",
		"echo ECS_DISABLE_PRIVILEGED=true >> c":                                            "-com.amazonaws.ecs.capability.privileged-container",
		"echo ECS_DISABLE_PRIVILEGED=false >> c":                                           "",
		`echo 'ECS_AVAILABLE_LOGGING_DRIVERS=["json-file","logentries","teletype"]' >> c`: driver("json-file", "logentries") + " " +
			driver("-awslogs", "-fluentd", "-gelf", "-journald", "-none", "-splunk", "-sumologic", "-syslog"),
		`echo "ECS_AVAILABLE_LOGGING_DRIVERS=[\"awslogs\",\"fluentd\",\"gelf\",\"journald\",\"json-file\",\"none\",\"splunk\"]" >> c`: driver("awslogs", "fluentd", "gelf", "journald", "json-file", "none", "splunk") + " " +
			driver("-logentries", "-sumologic", "-syslog"),
		"echo ECS_AVAILABLE_LOGGING_DRIVERS=all >> c": "",
	} {
		var names []string
		agent := ec2.ReadUserData(data)
		for _, a := range agent.Attributes {
			names = append(names, *a.Name)
		}
		for _, name := range agent.Lacks {
			names = append(names, "-"+name)
		}
		if got := strings.Join(names, " "); got != want {
			t.Errorf("%s: %q", data, got)
		}
	}
}

// driver are capabilities of logging drivers; one that the agent lacks begins with a minus.
func driver(names ...string) string {
	for i, name := range names {
		lacks, name := strings.HasPrefix(name, "-"), strings.TrimPrefix(name, "-")
		if names[i] = "com.amazonaws.ecs.capability.logging-driver." + name; lacks {
			names[i] = "-" + names[i]
		}
	}
	return strings.Join(names, " ")
}

// The agent of an ECS-optimized image joins default unless it is told otherwise; on any
// other image there is none until user data names a cluster.
func TestWhatAnImageJoins(t *testing.T) {
	optimized := ec2.Images("eu-west-1")[0].ID
	blue := base64.StdEncoding.EncodeToString([]byte("echo ECS_CLUSTER=blue"))
	for _, c := range []struct{ image, data, want string }{
		{optimized, "", "default"}, {optimized, blue, "blue"}, {"ami-0123456789abcdef0", "", ""}, {"ami-0123456789abcdef0", blue, "blue"},
	} {
		if got := ec2.AgentOf("eu-west-1", c.image, c.data).Cluster; got != c.want {
			t.Errorf("%s with %q joins %q, want %q", c.image, c.data, got, c.want)
		}
	}
}

func FuzzReadUserData(f *testing.F) {
	for _, text := range []string{inCloudConfig, inMIME, "[settings.ecs]\ncluster=\"a\"", "ECS_INSTANCE_ATTRIBUTES={"} {
		f.Add(text)
		f.Add(base64.StdEncoding.EncodeToString([]byte(text)))
	}
	f.Fuzz(func(_ *testing.T, text string) { _ = fmt.Sprint(ec2.ReadUserData(text)) }) // it does not panic
}
