package iam

import (
	"encoding/json"
	"slices"
	"strings"

	"github.com/ecs-emulator/ecs-emulator/internal/base/store"
)

// RenamePrincipal has the trust policies of all roles, in each account, name a user or role by another text. A trust policy is
// bound to the very user or role that it names: the new ARN of one that is renamed stands in it, and the unique id of one that
// is deleted, which no other gets that is made again under the name (AC49). Source: IAM user guide, Principal, role principals.
func RenamePrincipal(tx *store.Tx, from, to string) {
	if from == to {
		return
	}
	name := from[strings.LastIndexByte(from, '/')+1:]
	for _, r := range Roles.All(tx) {
		if !strings.Contains(r.TrustPolicy, name) { // most do not
			continue
		}
		if text := renamePrincipal(r.TrustPolicy, from, to); text != r.TrustPolicy {
			changed := *r
			changed.TrustPolicy = text
			Roles.Put(tx, &changed)
		}
	}
}

// level is an object or a list in a document that is being read.
type level struct {
	object bool
	key    string // of the member that is read
	named  bool   // the key is read, and its value is not
}

// principalOfAWS is where principals of AWS stand in a document.
var principalOfAWS = []string{"Statement", "Principal", "AWS"}

// renamePrincipal changes nothing else in a document.
func renamePrincipal(document, from, to string) string {
	var (
		renamed strings.Builder
		copied  int64
		levels  []level
	)
	quoted, _ := json.Marshal(to) // never fails
	d := json.NewDecoder(strings.NewReader(document))
	for {
		before := d.InputOffset()
		token, err := d.Token()
		if err != nil {
			break
		}
		if text, is := token.(string); is && len(levels) > 0 && levels[len(levels)-1].name(text) {
			continue
		} else if is && text == from && slices.Equal(keysOf(levels), principalOfAWS) {
			start := before + int64(strings.IndexByte(document[before:], '"'))
			renamed.WriteString(document[copied:start])
			renamed.Write(quoted)
			copied = d.InputOffset()
		}
		levels = next(levels, token)
	}
	renamed.WriteString(document[copied:])
	return renamed.String()
}

// name reports whether a text is the key of a member, and keeps it.
func (l *level) name(text string) bool {
	if !l.object || l.named {
		return false
	}
	l.key, l.named = text, true
	return true
}

// next are the levels after a token that is no key.
func next(levels []level, token json.Token) []level {
	switch token {
	case json.Delim('{'), json.Delim('['):
		return append(levels, level{object: token == json.Delim('{')})
	case json.Delim('}'), json.Delim(']'):
		levels = levels[:len(levels)-1]
	}
	if len(levels) > 0 {
		levels[len(levels)-1].named = false // its value is read
	}
	return levels
}

// keysOf are the keys that lead to where a document is being read.
func keysOf(levels []level) (keys []string) {
	for _, l := range levels {
		if l.object {
			keys = append(keys, l.key)
		}
	}
	return keys
}
