package check_test

import (
	"bytes"
	"fmt"
	"strings"
	"testing"

	"github.com/ecs-emulator/ecs-emulator/internal/app/check"
)

// Files that are not what they should be are told, each by its line.
func TestNonsense(t *testing.T) {
	var bomb strings.Builder
	bomb.WriteString("a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n")
	for i := range 8 {
		fmt.Fprintf(&bomb, "a%d: &a%d [%s*a%d]\n", i+1, i+1, strings.Repeat(fmt.Sprintf("*a%d, ", i), 9), i)
	}
	for _, c := range []struct{ name, text, want string }{
		{"a.json", "", "0 unreadable the file is empty"},
		{"a.json", " \r\n", "0 unreadable the file is empty"},
		{"a.json", "\xff\xfe{\x00", "0 unreadable the file is UTF-16: save it as UTF-8"},
		{"a.json", "\x7fELF\x00", "0 unreadable the file is no text in UTF-8"},
		{"plan", "PK\x03\x04", "0 unreadable the file is a ZIP archive; of a plan of Terraform, give what `terraform show -json` prints"},
		{"main.tf", "resource \"a\" \"b\" {}", "0 unreadable the file is a configuration of Terraform, which check does not read: give what `terraform show -json` prints"},
		{"main.tf.json", "{\"resource\": {}}", "0 unreadable the file is a configuration of Terraform"},
		{"a.json", "\xef\xbb\xbf{\"clusterName\": \"a\"}", "1 refused the file begins with a byte order mark"},
		{"a.json", string(bytes.Repeat([]byte(" "), check.MaxBytes+1)), "0 unreadable the file has more than 64 MiB"},
		{"a.yaml", strings.Repeat(" ", 5<<20) + "a: b", "0 unreadable the file has more than 4 MiB of YAML"},
		{"a.json", strings.Repeat("[", 100_000), "1 unreadable no JSON: more than 200 levels"},
		{"a.json", "{\"family\": \"a\",\n \"volumes\": [\n", "3 unreadable no JSON: the file ends within the value"},
		{"a.json", "{\n\"family\" \"a\"}", "2 unreadable no JSON: invalid character"},
		{"a.json", "{\"clusterName\": \"a\"}\n x", "2 unreadable no JSON: "},
		{"a.json", "null", "1 unreadable there is no JSON object here"},
		{"a.json", "[]", "1 unreadable the list has nothing in it"},
		{"a.json", "{}", "1 unreadable the operation is not known by its members"},
		{"a.json", "{\"clusterName\":\r\n \"a\",\r\n \"x\": 1}", "3 refused Unknown parameter in input: \"x\""},
		{"a.yaml", "family: a\n\tvolumes: []\n", "2 unreadable no YAML: found a tab character"},
		{"a.yaml", "# nothing\n", "0 unreadable the file has no value"},
		{"a.yaml", "clusterName: a\n---\nclusterName: b\n", "2 unreadable a second document"},
		{"a.yaml", "family: !Ref a\n", "1 unreadable !Ref a: the AWS CLI knows no such tag"},
		{"a.yaml", "family: &a [*a]\n", "1 unreadable more than 200 levels"},
		{"a.yaml", bomb.String(), "unreadable more than 1000000 values, with those of its anchors"},
		{"a.yaml", "clusterName: a\nsettings:\n- &s {name: containerInsights, value: enabled}\n- <<: *s\n  value: x\n", "5 refused Invalid setting 'value'"},
		{"a.json", "{\"family\": \"a\", \"containerDefinitions\": [\n{\"name\": \"a\", \"image\": \"a\"}]}", "2 refused Invalid setting for container 'a'."},
		{"standard input", "clusterName: a b", "1 refused ClusterName must match"},
		{"a.json", "{\"format_version\": \"1.2\", \"resource_changes\": [3, {\"mode\": \"managed\", \"type\": \"aws_ecs_task_definition\", " +
			"\"change\": {\"after\": {\"container_definitions\": \"{\"}}}]}", "0 unreadable line 1: no JSON: the file ends within the value"},
	} {
		found := check.Options{}.Files([]check.File{{Name: c.name, Text: []byte(c.text)}})
		if len(found) != 1 {
			t.Errorf("%.40q: %+v", c.text, found)
			continue
		}
		if got := fmt.Sprintf("%d %s %s", found[0].Line, found[0].Effect, found[0].Message); !strings.Contains(got, c.want) {
			t.Errorf("%.40q: %s; want %s", c.text, got, c.want)
		}
	}
}
