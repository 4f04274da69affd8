// Command generate packs the documents of AWS's own policies, which are in internal/aws/iam/aws_policies, for the
// program, and lists them in docs/reference. It is run in internal/aws/iam:
//
//	go run ./generate [-from FOLDER] [NAME…]
//
// With -from it first takes newer documents from a folder, and adds the policies that are named. The folder has a
// file NAME.json for a policy, as the public data set iann0036/iam-dataset has it in aws/managedpolicies, or as
// aws iam get-policy-version prints it. If the folder has the file policies-list.json, which aws iam list-policies
// --scope AWS prints, ids and dates of creation are taken from it. Descriptions, which neither has, are kept.
package main

import (
	"bytes"
	"compress/gzip"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
)

const (
	documents = "aws_policies"
	packed    = "aws_policies.gz"
	reference = "../../../docs/reference/aws-policies.md"
)

func main() {
	from := flag.String("from", "", "the folder that has newer documents")
	flag.Parse()
	if *from != "" {
		check(take(documents, *from, flag.Args()))
	}
	all, err := readAll(documents)
	check(err)
	text, err := pack(all)
	check(err)
	check(os.WriteFile(packed, text, 0o644))
	check(os.WriteFile(reference, page(all), 0o644))
}

func check(err error) {
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

// policy is what a file has of a policy, by the names of AWS's API.
type policy struct {
	Arn              string
	PolicyId         string
	DefaultVersionId string
	CreateDate       string
	UpdateDate       string
	Description      string `json:",omitempty"`
	Document         document
}

// document has the elements in the order in which AWS writes them.
type document struct {
	Version   string
	Id        string `json:",omitempty"`
	Statement []statement
}

type statement struct {
	Sid         string          `json:",omitempty"`
	Effect      string          `json:",omitempty"`
	Action      json.RawMessage `json:",omitempty"`
	NotAction   json.RawMessage `json:",omitempty"`
	Resource    json.RawMessage `json:",omitempty"`
	NotResource json.RawMessage `json:",omitempty"`
	Condition   json.RawMessage `json:",omitempty"`
}

// UnmarshalJSON refuses elements that the types do not have, so that none gets lost.
func (d *document) UnmarshalJSON(text []byte) error {
	type plain document
	decoder := json.NewDecoder(bytes.NewReader(text))
	decoder.DisallowUnknownFields()
	return decoder.Decode((*plain)(d))
}

// readAll reads all files of a folder in order of their names.
func readAll(folder string) ([]policy, error) {
	names, err := policyNames(folder)
	if err != nil {
		return nil, err
	}
	var all []policy
	for _, name := range names {
		p, err := readJSON[policy](filepath.Join(folder, name+".json"))
		if err != nil {
			return nil, err
		}
		all = append(all, p)
	}
	return all, nil
}

// pack has no time and no name in it: the same policies give the same bytes.
func pack(all []policy) ([]byte, error) {
	text, err := encode(all, "")
	if err != nil {
		return nil, err
	}
	var b bytes.Buffer
	w, err := gzip.NewWriterLevel(&b, gzip.BestCompression)
	if err != nil {
		return nil, err
	}
	if _, err := w.Write(text); err != nil {
		return nil, err
	}
	err = w.Close()
	return b.Bytes(), err
}

// page lists the policies for users.
func page(all []policy) []byte {
	b := bytes.NewBufferString(`# AWS's own policies

<!-- written by make generate -->

The emulator has the documents of these policies of AWS's own, each in the version that was the default one when it was
taken. GetPolicy, GetPolicyVersion and ListPolicies answer them. All other names that AWS had in August 2026 can be
attached too, but their documents are not known.

| Policy | Version | Of |
| --- | --- | --- |
`)
	for _, p := range all {
		name := strings.TrimPrefix(p.Arn, "arn:aws:iam::aws:policy/")
		fmt.Fprintf(b, "| %s | %s | %s |\n", name, p.DefaultVersionId, p.UpdateDate[:len("2006-01-02")])
	}
	return b.Bytes()
}

func policyNames(folder string) ([]string, error) {
	files, err := filepath.Glob(filepath.Join(folder, "*.json"))
	var names []string
	for _, file := range files {
		names = append(names, strings.TrimSuffix(filepath.Base(file), ".json"))
	}
	slices.Sort(names) // the files are in another order where a name begins with another one
	return names, err
}

func readJSON[T any](file string) (read T, err error) {
	text, err := os.ReadFile(file)
	if err != nil {
		return read, err
	}
	if err := json.Unmarshal(text, &read); err != nil {
		return read, fmt.Errorf("read %s: %w", file, err)
	}
	return read, nil
}

func encode(value any, indent string) ([]byte, error) {
	var b bytes.Buffer
	encoder := json.NewEncoder(&b)
	encoder.SetEscapeHTML(false)
	encoder.SetIndent("", indent)
	err := encoder.Encode(value)
	return b.Bytes(), err
}

// take writes what a folder has newer of the policies here and of those that are new.
func take(here, from string, added []string) error {
	names, err := policyNames(here)
	if err != nil {
		return err
	}
	listed, err := readList(filepath.Join(from, "policies-list.json"))
	if err != nil {
		return err
	}
	for _, name := range append(names, added...) {
		file := filepath.Join(here, name+".json")
		p, err := readJSON[policy](file)
		if err != nil && !errors.Is(err, fs.ErrNotExist) {
			return err
		}
		if err := p.take(filepath.Join(from, name+".json")); err != nil {
			return err
		}
		if l, found := listed[name]; found {
			p.Arn, p.PolicyId, p.CreateDate = l.Arn, l.PolicyId, date(l.CreateDate)
		}
		if p.Arn == "" || p.PolicyId == "" || p.CreateDate == "" || p.DefaultVersionId == "" {
			return fmt.Errorf("%s has no ARN, id, date or version of %s", from, name)
		}
		text, err := encode(p, "  ")
		if err != nil {
			return err
		}
		if err := os.WriteFile(file, text, 0o644); err != nil {
			return err
		}
	}
	return nil
}

// source is a file of the data set, or an answer of GetPolicyVersion.
type source struct {
	Arn           string
	Version       string
	UpdateDate    string
	Document      document
	PolicyVersion struct {
		VersionId  string
		CreateDate string
		Document   document
	}
}

// take takes a version that is newer. A file that is not there has none.
func (p *policy) take(file string) error {
	s, err := readJSON[source](file)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if v := s.PolicyVersion; v.VersionId != "" {
		s.Version, s.UpdateDate, s.Document = v.VersionId, v.CreateDate, v.Document
	}
	if err != nil || number(s.Version) <= number(p.DefaultVersionId) {
		return err
	}
	p.DefaultVersionId, p.UpdateDate, p.Document = s.Version, date(s.UpdateDate), s.Document
	if s.Arn != "" {
		p.Arn = s.Arn
	}
	return nil
}

// number is 0 of what is no version.
func number(version string) int {
	n, _ := strconv.Atoi(strings.TrimPrefix(version, "v"))
	return n
}

// date writes a date in UTC in one way.
func date(text string) string { return strings.Replace(text, "+00:00", "Z", 1) }

func readList(file string) (map[string]policy, error) {
	list, err := readJSON[struct {
		Policies []struct {
			PolicyName string
			policy
		}
	}](file)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, err
	}
	listed := map[string]policy{}
	for _, p := range list.Policies {
		listed[p.PolicyName] = p.policy
	}
	return listed, nil
}
