package iam

import (
	"testing"

	"github.com/ecs-emulator/ecs-emulator/internal/base/store"
)

// Nothing but the principal changes: conditions that name the ARN, and how the document is written, stay.
func TestPrincipalsThatAreRenamed(t *testing.T) {
	const dev = "arn:aws:iam::111122223333:user/dev"
	for before, after := range map[string]string{
		`{"Statement":[{"Principal":{"AWS":"` + dev + `"}}]}`:                                                                              `{"Statement":[{"Principal":{"AWS":"AIDAX"}}]}`,
		`{ "Statement" : { "Principal" : { "AWS" : [ "111122223333" , "` + dev + `" ] , "Service":"` + dev + `" } } }`:                     `{ "Statement" : { "Principal" : { "AWS" : [ "111122223333" , "AIDAX" ] , "Service":"` + dev + `" } } }`,
		`{"Statement":[{"Sid":"` + dev + `","Principal":{"AWS":"*"},"Condition":{"ArnEquals":{"aws:PrincipalArn":"` + dev + `"}}}]}`:       "",
		`{"Statement":[{"Principal":{"AWS":"` + dev + `-2"}},{"Principal":{"AWS":["` + dev + `","` + dev + `"]}}],"Version":"2012-10-17"}`: `{"Statement":[{"Principal":{"AWS":"` + dev + `-2"}},{"Principal":{"AWS":["AIDAX","AIDAX"]}}],"Version":"2012-10-17"}`,
		`{"Statement":[{"Principal":{"AWS":"arn:aws:iam:\u003a111122223333:user\/dev"},"Action":"sts:AssumeRole"}]}`:                       `{"Statement":[{"Principal":{"AWS":"AIDAX"},"Action":"sts:AssumeRole"}]}`,
		`{"Statement":{"Principal":"` + dev + `"}}`:                                                                                        "", `{"Principal":{"AWS":"` + dev + `"}}`: "", `{"Statement":[]}`: "",
	} {
		if after == "" {
			after = before
		}
		if got := renamePrincipal(before, dev, "AIDAX"); got != after {
			t.Errorf("%s becomes\n%s, want\n%s", before, got, after)
		}
	}
}

func TestTrustPoliciesOfAllAccountsAreRenamed(t *testing.T) {
	rows, err := store.Open(store.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer rows.Close()
	trust := func(principal string) string { return `{"Statement":[{"Principal":{"AWS":"` + principal + `"}}]}` }
	const old, id = "arn:aws:iam::111122223333:role/ci/deploy", "AROADEPLOY"
	want := map[string]string{"111122223333": trust(id), "444455556666": trust(id), "777788889999": trust("arn:aws:iam::111122223333:role/deploy")}
	err = rows.Update(func(tx *store.Tx) error {
		for account := range want {
			principal := old
			if account == "777788889999" {
				principal = "arn:aws:iam::111122223333:role/deploy"
			}
			Roles.Put(tx, &Role{Account: Account{Partition: "aws", ID: account}, Name: "app", TrustPolicy: trust(principal)})
		}
		RenamePrincipal(tx, old, id)
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	for account, document := range want {
		if got := Roles.Find(rows.Read(), Account{Partition: "aws", ID: account}, "app").TrustPolicy; got != document {
			t.Errorf("%s trusts %s, want %s", account, got, document)
		}
	}
}
