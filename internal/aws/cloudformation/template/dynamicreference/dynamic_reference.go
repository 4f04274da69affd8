// Package dynamicreference finds the dynamic references in what a template asks for, and puts values in their place.
package dynamicreference

import (
	"strings"

	"github.com/ecs-emulator/ecs-emulator/internal/aws/cloudformation/template/document"
)

// Reference names a value that is read when a resource is made and that no template shows:
// {{resolve:ssm:name:version}}, {{resolve:ssm-secure:name:version}}, or
// {{resolve:secretsmanager:secret:SecretString:key:stage:version}}. Source: user guide, dynamic references.
type Reference struct {
	Service string // ssm, ssm-secure or secretsmanager
	Name    string // of a parameter, or the name or ARN of a secret
	Key     string // of the JSON of a secret, empty for all of it
	Stage   string // of a secret
	Version string // of either, empty for the newest
}

const resolveMark = "{{resolve:"

// In returns those in the texts of a value, in order.
func In(v *document.Value) (list []Reference, err error) {
	_, err = Replace(v, func(r Reference) (Secret, error) {
		list = append(list, r)
		return Secret{}, nil
	})
	return list, err
}

// Count is how many references the texts of a value have, also wrong ones.
func Count(v *document.Value) (n int) {
	v.Walk(func(each *document.Value) bool {
		if each.Kind == document.Text {
			n += strings.Count(each.Text, resolveMark)
		}
		return true
	})
	return n
}

// Replace returns the value with what lookup has for its references. It is for the request that makes a resource
// alone: rows, events, logs and change sets have the references. An error names a reference as it stands, with what
// parameters have put there: Resolve and Resource.Fill say it before without values of NoEcho parameters.
func Replace(v *document.Value, lookup func(Reference) (Secret, error)) (*document.Value, error) {
	switch {
	case v.Kind == document.Text && strings.Contains(v.Text, resolveMark):
		text, err := replaceReferences(v.At, v.Text, lookup)
		return &document.Value{Kind: document.Text, Text: text, At: v.At}, err
	case v.Kind == document.List || v.Kind == document.Map:
		return v.Each(func(item *document.Value) (*document.Value, error) { return Replace(item, lookup) })
	default:
		return v, nil
	}
}

func replaceReferences(at document.Position, text string, lookup func(Reference) (Secret, error)) (string, error) {
	var made strings.Builder
	for {
		before, after, found := strings.Cut(text, resolveMark)
		inner, behind, closed := strings.Cut(after, "}}")
		if !found || !closed {
			made.WriteString(text)
			return made.String(), nil
		}
		made.WriteString(before)
		reference, err := readReference(at, inner)
		if err != nil {
			return "", err
		}
		value, err := lookup(reference)
		if err != nil {
			return "", err
		}
		made.WriteString(value.Reveal())
		text = behind
	}
}

// readReference reads what stands between resolve: and the braces. The texts of mistakes are guesses.
func readReference(at document.Position, text string) (r Reference, err error) {
	service, rest, _ := strings.Cut(text, ":")
	r.Service = service
	switch service {
	case "ssm", "ssm-secure":
		r.Name, r.Version = cutVersion(rest)
	case "secretsmanager":
		if r, err = readSecret(at, rest); err != nil {
			return r, err
		}
	default:
		return r, document.Errorf(at, "unsupported dynamic reference service %s", service)
	}
	if r.Name == "" {
		return r, document.Errorf(at, "incorrect format is used in the following dynamic reference: [%s%s}}]", resolveMark, text)
	}
	return r, nil
}

// cutVersion cuts a number off at the last colon; names may be ARNs.
func cutVersion(text string) (name, version string) {
	i := strings.LastIndexByte(text, ':')
	if i < 0 || strings.Trim(text[i+1:], "0123456789") != "" {
		return text, ""
	}
	return text[:i], text[i+1:]
}

func readSecret(at document.Position, text string) (Reference, error) {
	parts := strings.Split(text, ":")
	r := Reference{Service: "secretsmanager", Name: parts[0]}
	parts = parts[1:]
	if r.Name == "arn" && len(parts) >= 6 {
		r.Name, parts = strings.Join(append([]string{r.Name}, parts[:6]...), ":"), parts[6:]
	}
	for len(parts) < 4 {
		parts = append(parts, "")
	}
	if parts[0] != "" && parts[0] != "SecretString" || len(parts) > 4 {
		return r, document.Errorf(at, "incorrect format is used in the following dynamic reference: [%ssecretsmanager:%s}}]", resolveMark, text)
	}
	if r.Key, r.Stage, r.Version = parts[1], parts[2], parts[3]; r.Stage != "" && r.Version != "" { // the user guide allows one of them
		return r, document.Errorf(at, "incorrect format is used in the following dynamic reference: [%ssecretsmanager:%s}}]", resolveMark, text)
	}
	return r, nil
}
