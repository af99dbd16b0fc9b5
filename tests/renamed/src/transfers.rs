//! What orders do.

use store::sources;

use crate::{Order, shares};

sources! {
    /// Moves money between accounts.
    pub transfers in crate::Bank::banking {
        source> *orders :> %batch;
        %batch() :> *order;
        <<subsource *order {
            case> Order::Share { *from, *to, *amount } => {
                %shares(*to, *amount)
                    rest>> *rest {
                        |hash(*from);
                        +compound $$accounts { *from => { balance: +sum(*rest) } };
                    }
                    :> *name, *part;
                +compound $$accounts { *name => { balance: +sum(*part) } };
                |hash(*from);
                +compound $$accounts { *from => { partners: { *name => +count() } } };
            }
            case> Order::Fee(*user, *amount) => {
                |hash(*user);
                each_async> std::future::ready(Ok::<_, String>(crate::rama::fee(*amount))).await
                    :> *fee;
                local_transform> $$accounts.key(*user).balance.nil_to_val(0)
                    .term(|balance| balance - *fee);
                select> $$accounts.key("bank".to_owned()).balance.nil_to_val(0) :> *reserve;
                |all;
                local_select> $$accounts.key("bank").balance.nil_to_val(0) :> *_bank;
                filter> *reserve < 0;
                throw> "the balance would be {}", *reserve;
            }
        }
    }
}
