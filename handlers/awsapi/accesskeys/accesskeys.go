// Package accesskeys has the condition keys of policies that calls to the emulator have. Rows of operations give some of
// them (awsapi.Rows); the others follow from the caller, the time and the tags of a resource. A condition on any other key
// finds it absent in each call.
package accesskeys

import "strings"

// Key is a condition key.
type Key struct {
	// Name is as AWS writes it: "aws:TagKeys". A name with a part of its own ends with a slash: "aws:RequestTag/".
	Name string
	// Many says that it may have many values by its declaration, also when it has one (AC37).
	Many bool
	// Either says that it has one value in some operations and may have many in others.
	Either bool
}

// Find returns the key of a name in any case; "aws:requesttag/team" is of the key "aws:RequestTag/". Not found: no call
// has it.
func Find(name string) (Key, bool) {
	name = strings.ToLower(name)
	if part, rest, cut := strings.Cut(name, "/"); cut && rest != "" {
		if k, found := keys[part+"/"]; found {
			return k, true
		}
	}
	if k, found := keys[name]; found {
		return k, true
	}
	return ofIdentityProvider(name)
}

// Known reports whether calls may have a key, by its name in any case.
func Known(name string) bool {
	_, found := Find(name)
	return found && !strings.HasSuffix(name, "/")
}

// ofIdentityProvider is the key of claims of a web identity, ISSUER:sub, where the issuer is a host and perhaps a path (AC62).
func ofIdentityProvider(name string) (Key, bool) {
	at := strings.LastIndexByte(name, ':')
	if at < 0 || !strings.Contains(name[:at], ".") {
		return Key{}, false
	}
	switch name[at+1:] {
	case "sub", "aud", "amr", "azp", "oaud":
		return Key{Name: name, Many: name[at+1:] == "amr"}, true
	}
	return Key{}, false
}

// keys are all keys by their names in lower case.
var keys = index(ofAll, ofTags, ofServices, ofECS)

func index(tables ...[]Key) map[string]Key {
	all := map[string]Key{}
	for _, table := range tables {
		for _, k := range table {
			all[strings.ToLower(k.Name)] = k
		}
	}
	return all
}

// OfCallers are the keys, in lower case, that follow from who calls, where and when, which requests for all actions may have.
func OfCallers() []string {
	names := []string{"aws:principaltag/", "aws:federatedprovider"} // the last is of sessions of web identities
	for _, k := range ofAll {
		names = append(names, strings.ToLower(k.Name))
	}
	return names
}

// OfService are the keys, in lower case, whose names begin with the name of a service.
func OfService(service string) (names []string) {
	for name := range keys {
		if strings.HasPrefix(name, service+":") {
			names = append(names, name)
		}
	}
	return names
}
