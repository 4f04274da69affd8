package accesskeys

import "testing"

func TestKeysThatCallsHave(t *testing.T) {
	for name, want := range map[string]string{
		"aws:tagkeys":                "aws:TagKeys, many",
		"AWS:RequestTag/Team":        "aws:RequestTag/",
		"aws:RequestTag/a/b":         "aws:RequestTag/",
		"ECS:Cluster":                "ecs:cluster",
		"ecs:subnet":                 "ecs:subnet, many",
		"iam:PassedToService":        "iam:PassedToService",
		"token.example.com:sub":      "token.example.com:sub",
		"token.example.com/path:aud": "token.example.com/path:aud",
		"aws:SourceVpc":              "",
		"ecs:colour":                 "",
		"ecs:cluster/x":              "",
		"token:sub":                  "",
		"":                           "",
	} {
		k, found := Find(name)
		got := k.Name
		if k.Many {
			got += ", many"
		}
		if got != want || found != (want != "") || found != Known(name) {
			t.Errorf("%s is %q, %v, known %v; want %q", name, got, found, Known(name), want)
		}
	}
	if Known("aws:RequestTag/") || Known("aws:requesttag") {
		t.Error("a key of tags needs the key of a tag")
	}
}

// Each name stands in one table once, so that a mistake in one is not hidden by another.
func TestEachKeyStandsOnce(t *testing.T) {
	if got, want := len(keys), len(ofAll)+len(ofTags)+len(ofServices)+len(ofECS); got != want {
		t.Errorf("the tables have %d keys, of which %d differ", want, got)
	}
}
