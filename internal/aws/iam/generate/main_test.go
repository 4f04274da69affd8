package main

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// The program and the page have what the files say, and the same files give the same bytes.
func TestPackedDocumentsAreThoseOfTheFiles(t *testing.T) {
	for range 2 {
		all, err := readAll(filepath.Join("..", documents))
		if err != nil {
			t.Fatal(err)
		}
		text, err := pack(all)
		if err != nil {
			t.Fatal(err)
		}
		for file, want := range map[string][]byte{packed: text, reference: page(all)} {
			if have, err := os.ReadFile(filepath.Join("..", file)); err != nil || !bytes.Equal(have, want) {
				t.Fatalf("%s is not what the files of %s give, run make generate: %v", file, documents, err)
			}
		}
	}
}

func TestDocumentsAreTakenFromAFolder(t *testing.T) {
	here, from := t.TempDir(), t.TempDir()
	write := func(folder, name, text string) {
		t.Helper()
		if err := os.WriteFile(filepath.Join(folder, name), []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	read := func(name string) string {
		t.Helper()
		text, err := os.ReadFile(filepath.Join(here, name))
		if err != nil {
			t.Fatal(err)
		}
		return string(text)
	}
	const kept = `{"Arn": "arn:aws:iam::aws:policy/Kept", "PolicyId": "ANPA1", "DefaultVersionId": "v9", "CreateDate": "2020-01-02T03:04:05Z",
		"UpdateDate": "2021-01-02T03:04:05Z", "Description": "as it was", "Document": {"Statement": [{"Action": "ecs:*", "Effect": "Allow", "Resource": "*"}]}}`
	write(here, "Kept.json", kept)
	write(here, "Newer.json", strings.ReplaceAll(kept, "Kept", "Newer"))
	write(here, "Gone.json", strings.ReplaceAll(kept, "Kept", "Gone"))
	set := `{"access_levels": ["Write"], "arn": "arn:aws:iam::aws:policy/Newer", "createdate": "2026-05-06T07:08:09+00:00", "updatedate": "2026-05-06T07:08:09+00:00",
		"document": {"Statement": [{"Action": ["a:B", "c:<D>"], "Effect": "Allow", "Resource": "*", "Sid": "S"}], "Version": "2012-10-17"}, "version": "v10"}`
	write(from, "Newer.json", set)
	write(from, "Kept.json", strings.ReplaceAll(set, "v10", "v8"))
	write(from, "Added.json", `{"PolicyVersion": {"VersionId": "v1", "CreateDate": "2022-01-01T00:00:00+00:00", "IsDefaultVersion": true,
		"Document": {"Version": "2012-10-17", "Statement": [{"Effect": "Deny", "NotAction": "iam:*", "Resource": "*"}]}}}`)
	write(from, "policies-list.json", `{"Policies": [{"PolicyName": "Added", "PolicyId": "ANPA2", "Arn": "arn:aws:iam::aws:policy/x/Added",
		"CreateDate": "2019-01-01T00:00:00+00:00", "UpdateDate": "2022-01-01T00:00:00+00:00", "IsAttachable": true}]}`)

	var packs []string
	for range 2 {
		if err := take(here, from, []string{"Added"}); err != nil {
			t.Fatal(err)
		}
		all, err := readAll(here)
		if err != nil {
			t.Fatal(err)
		}
		p, err := pack(all)
		if err != nil {
			t.Fatal(err)
		}
		packs = append(packs, read("Added.json")+read("Gone.json")+read("Kept.json")+read("Newer.json")+string(p))
	}
	if packs[0] != packs[1] {
		t.Error("the same folder gives other bytes when it is taken again")
	}
	for file, want := range map[string][]string{
		"Kept.json":  {`"DefaultVersionId": "v9"`, `"UpdateDate": "2021-01-02T03:04:05Z"`, `"ecs:*"`, `"Description": "as it was"`},
		"Gone.json":  {`"DefaultVersionId": "v9"`, `"ecs:*"`},
		"Newer.json": {`"DefaultVersionId": "v10"`, `"CreateDate": "2020-01-02T03:04:05Z"`, `"UpdateDate": "2026-05-06T07:08:09Z"`, `"c:<D>"`, `"Sid": "S"`, `"PolicyId": "ANPA1"`, `"Description": "as it was"`},
		"Added.json": {`"Arn": "arn:aws:iam::aws:policy/x/Added"`, `"PolicyId": "ANPA2"`, `"CreateDate": "2019-01-01T00:00:00Z"`, `"UpdateDate": "2022-01-01T00:00:00Z"`, `"NotAction": "iam:*"`},
	} {
		for _, text := range want {
			if !strings.Contains(read(file), text) {
				t.Errorf("%s has no %s:\n%s", file, text, read(file))
			}
		}
	}
	write(from, "Newer.json", strings.ReplaceAll(strings.Replace(set, "v10", "v11", 1), `"Sid": "S"`, `"Principal": "*"`))
	if err := take(here, from, nil); err == nil {
		t.Error("an element that is not known gets lost")
	}
	if err := take(here, t.TempDir(), []string{"Missing"}); err == nil {
		t.Error("a policy is added that the folder does not have")
	}
}
