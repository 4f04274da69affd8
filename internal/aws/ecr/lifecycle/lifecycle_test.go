package lifecycle_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/ecs-emulator/ecs-emulator/internal/aws/ecr/lifecycle"
)

var now = time.Date(2026, 11, 20, 12, 0, 0, 0, time.UTC)

// day is an image that was pushed some days ago.
func day(digest string, days int, tags ...string) lifecycle.Image {
	return lifecycle.Image{Digest: digest, Tags: tags, PushedAt: now.AddDate(0, 0, -days)}
}

func inIndex(i lifecycle.Image) lifecycle.Image {
	i.InIndex = true
	return i
}

// rule is a rule in JSON, of a priority and its selection.
func rule(priority int, selection string) string {
	return fmt.Sprintf(`{"rulePriority":%d,"selection":{%s},"action":{"type":"expire"}}`, priority, selection)
}

func policy(rules ...string) string { return `{"rules":[` + strings.Join(rules, ",") + `]}` }

const (
	anyMore    = `"tagStatus":"any","countType":"imageCountMoreThan","countNumber":1`
	untagged   = `"tagStatus":"untagged","countType":"sinceImagePushed","countUnit":"days","countNumber":7`
	prodPrefix = `"tagStatus":"tagged","tagPrefixList":["prod"],"countType":"imageCountMoreThan","countNumber":1`
)

func TestImagesExpire(t *testing.T) {
	for name, test := range map[string]struct {
		policy string
		images []lifecycle.Image
		want   string // digests with the priorities of rules
	}{
		"recorded: the first rule keeps original, the second takes the older one (ECR-18)": {
			policy(rule(1, `"tagStatus":"tagged","tagPrefixList":["original"],"countType":"imageCountMoreThan","countNumber":1`), rule(2, anyMore)),
			[]lifecycle.Image{day("old", 2, "http-tag"), day("new", 1, "original")}, "old:2",
		},
		"the oldest above a count":  {policy(rule(1, anyMore)), []lifecycle.Image{day("b", 2), day("c", 3), day("a", 1, "x")}, "c:1 b:1"},
		"a count that there is not": {policy(rule(1, anyMore)), []lifecycle.Image{day("a", 1)}, ""},
		"older than some days":      {policy(rule(1, untagged)), []lifecycle.Image{day("a", 6), day("b", 7), day("c", 8), day("d", 9, "x")}, "c:1"},
		"what a rule keeps no later one takes": {
			policy(rule(2, anyMore), rule(1, prodPrefix)), []lifecycle.Image{day("a", 1, "x"), day("b", 9, "prod1"), day("c", 10, "prod0"), day("d", 2)}, "c:1 d:2",
		},
		"all prefixes of a list": {
			policy(rule(1, `"tagStatus":"tagged","tagPrefixList":["a","b"],"countType":"sinceImagePushed","countUnit":"days","countNumber":1`)),
			[]lifecycle.Image{day("one", 3, "a1"), day("both", 3, "b1", "a1")}, "both:1",
		},
		"patterns": {
			policy(rule(1, `"tagStatus":"tagged","tagPatternList":["*-web-*"],"countType":"sinceImagePushed","countUnit":"days","countNumber":1`)),
			[]lifecycle.Image{day("a", 3, "prod-web-1"), day("b", 4, "web-1"), day("c", 5)}, "a:1",
		},
		"an image stays as long as an index names it": {policy(rule(1, anyMore)), []lifecycle.Image{day("new", 1), inIndex(day("child", 3)), day("index", 2)}, "index:1"},
	} {
		t.Run(name, func(t *testing.T) {
			p, err := lifecycle.Read(test.policy)
			if err != nil {
				t.Fatal(err)
			}
			var got []string
			for _, e := range p.Expired(test.images, now) {
				got = append(got, fmt.Sprintf("%s:%d", e.Digest, e.Priority))
			}
			if strings.Join(got, " ") != test.want {
				t.Errorf("%s expire, want %s", got, test.want)
			}
		})
	}
}

func TestRefusedPolicies(t *testing.T) {
	replaced := func(old, new string) string { return policy(strings.Replace(rule(1, anyMore), old, new, 1)) }
	for text, want := range map[string]string{
		"{":                              "Could not map policyString into LifecyclePolicy.",
		"[]":                             `instance type (array) does not match any allowed primitive type (allowed: ["object"])`,
		"{}":                             `object has missing required properties (["rules"])`,
		`{"rules":[]}`:                   "array is too short: must have at least 1 elements but instance has 0 elements",
		`{"rules":{}}`:                   `instance type (object) does not match any allowed primitive type (allowed: ["array"])`,
		`{"rules":[{"rulePriority":1}]}`: `object has missing required properties (["action","selection"])`,
		replaced(`"countNumber":1`, `"countNumber":0`):                         "numeric instance is lower than the required minimum (minimum: 1, found: 0)",
		replaced(`"countNumber":1`, `"countNumber":1e300`):                     "numeric instance is greater than the required maximum (maximum: 2147483647, found: 1",
		replaced(`"countNumber":1`, `"countNumber":"1"`):                       `instance type (string) does not match any allowed primitive type (allowed: ["integer"])`,
		replaced(`"countNumber":1`, `"countNumber":1.5`):                       `instance type (number) does not match any allowed primitive type (allowed: ["integer"])`,
		replaced(`"any"`, `"all"`):                                             `instance value ("all") not found in enum (possible values: ["any","tagged","untagged"])`,
		replaced(`"any"`, `"any","more":1`):                                    `object instance has properties which are not allowed by the schema: ["more"]`,
		replaced(`"any"`, `"tagged"`):                                          "the tagStatus tagged demands either a tagPrefixList or a tagPatternList",
		replaced(`"any"`, `"tagged","tagPrefixList":[""]`):                     `string "" is too short (length: 0, required minimum: 1)`,
		replaced(`"any"`, `"tagged","tagPrefixList":[]`):                       "array is too short: must have at least 1 elements but instance has 0 elements",
		replaced(`"any"`, `"tagged","tagPatternList":["*****"]`):               "a pattern of tagPatternList has four wildcards at most",
		replaced(`"any"`, `"any","tagPrefixList":["a"]`):                       "tagPrefixList and tagPatternList are for the tagStatus tagged alone",
		replaced(`"any"`, `"any","countUnit":"days"`):                          "countUnit is for the countType sinceImagePushed alone",
		replaced(`imageCountMoreThan`, `sinceImagePushed`):                     `object has missing required properties (["countUnit"])`,
		replaced(`imageCountMoreThan`, `sinceImagePushed","countUnit":"weeks`): `instance value ("weeks") not found in enum (possible values: ["days"])`,
		replaced(`"type":"expire"`, `"type":"keep"`):                           `instance value ("keep") not found in enum (possible values: ["expire"])`,
		policy(rule(1, untagged), rule(1, anyMore)):                            "each rule must have a rulePriority of its own",
		policy(rule(2, untagged), rule(1, anyMore)):                            "a rule with the tagStatus any must have the largest rulePriority, and be the only one",
		policy(rule(2, untagged), rule(1, untagged)):                           "only one rule may have the tagStatus untagged",
		replaced(`"rulePriority":1`, `"rulePriority":1,"description":2`):       `instance type (integer) does not match any allowed primitive type (allowed: ["string"])`,
		replaced(`"any"`, `null`):                                              `instance type (null) does not match any allowed primitive type (allowed: ["string"])`,
		`{"rules":[` + rule(1, anyMore) + `],"version":true}`:                  `object instance has properties which are not allowed by the schema: ["version"]`,
	} {
		if _, err := lifecycle.Read(text); err == nil || !strings.HasPrefix(err.Error(), want) {
			t.Errorf("%s: %v, want %s", text, err, want)
		}
	}
	for _, text := range []string{
		replaced(`"type":"expire"`, `"type":"transition","targetStorageClass":"archive"`), replaced(`"type":"expire"`, `"type":"transition"`),
		replaced(`"any"`, `"any","storageClass":"archive"`), replaced("imageCountMoreThan", "sinceImagePulled"),
	} {
		var archive *lifecycle.ArchiveError
		if _, err := lifecycle.Read(text); !errors.As(err, &archive) {
			t.Errorf("%s: %v", text, err)
		}
	}
}

// Nothing that a caller sends breaks the reading of policies.
func FuzzPolicies(f *testing.F) {
	f.Add(policy(rule(1, prodPrefix), rule(2, anyMore)))
	f.Add(`{"rules":[{"selection":{"tagPrefixList":[1]}}]}`)
	f.Fuzz(func(_ *testing.T, text string) {
		if p, err := lifecycle.Read(text); err == nil {
			p.Expired([]lifecycle.Image{day("a", 1), day("b", 2, "prod")}, now)
		}
	})
}
